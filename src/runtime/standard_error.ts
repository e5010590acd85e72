/**
 * Standard error, as a child uses it that is about to end.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import { bootNote } from "./boot.ts";

/** How many bytes a pipe on Linux takes as a whole or not at all: PIPE_BUF. */
const atom = 4096;
/** How long the reader may take nothing, and how often to look whether it does; in milliseconds. */
const patience = 10_000;
const look = 5;

/**
 * Writes a line to standard error at once: a worker's `console` goes by its parent's event loop
 * on Node, and is lost when the worker ends.
 */
export function writeError(text: string): void {
  if (bootNote() === undefined) return console.error(text);
  const bytes = new TextEncoder().encode(text + "\n");
  try {
    for (let at = 0; at < bytes.length;) at += writePart(bytes.subarray(at, at + atom));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    writeToConsole(text);
  }
}

/** Writes a part, or what there is room for. A pipe that is full and not blocking is waited for. */
function writePart(part: Uint8Array): number {
  for (let waited = 0;; waited += look) {
    try {
      return fs.writeSync(2, part);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || waited >= patience) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, look);
    }
  }
}

/** For what is closed, or has no reader: the console has its own way. */
function writeToConsole(text: string): void {
  try {
    console.error(text);
  } catch {
    // Deno's throws then. Nothing must keep the child from its end.
  }
}
