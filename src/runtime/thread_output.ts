/**
 * What a thread prints. On Node and Bun a thread's standard output and error go by its parent's
 * event loop, line after line with an answer to each: what a thread prints at one stroke waits in
 * the thread, and is lost where that, or the program, ends before the answers have come. So it is
 * posted at once, on the port that carries everything else: in the order in which things happened,
 * and out of the thread's hands. The parent writes it to its own streams, as Node and Bun do: what
 * a test runner or a logger has put in their place still sees it.
 *
 * Deno needs nothing: there a thread writes by itself, at once.
 *
 * @module
 * @internal
 */

import { Buffer } from "node:buffer";
import process from "node:process";
import { Writable } from "node:stream";
import { capabilities } from "./capabilities.ts";

/** Something that a thread has printed. */
export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly chunk: string | Uint8Array;
}

/** Whether a message is something that a thread has printed. */
export function isOutput(message: unknown): message is Output {
  if (typeof message !== "object" || message === null || !("stream" in message)) return false;
  if (message.stream !== "stdout" && message.stream !== "stderr") return false;
  if (!("chunk" in message)) return false;
  return typeof message.chunk === "string" || message.chunk instanceof Uint8Array;
}

type Done = (error?: Error | null) => void;

/** How a stream does its work, which the types leave out or make its own. */
interface OutputStream {
  _write(chunk: Output["chunk"], encoding: string, done: Done): void;
  _writev(chunks: readonly { chunk: Output["chunk"]; encoding: string }[], done: Done): void;
}

/** Has this thread hand what it prints to `post`. */
export function carryOutput(post: (output: Output) => void): void {
  if (capabilities.threadsPrint) return;
  for (const stream of ["stdout", "stderr"] as const) {
    const carry = (chunk: Output["chunk"], encoding: string) =>
      post({ stream, chunk: typeof chunk === "string" ? text(chunk, encoding) : copy(chunk) });
    // Below `write`, which the thread's own program may have replaced.
    const sink = process[stream] as unknown as OutputStream;
    sink._write = (chunk, encoding, done) => {
      carry(chunk, encoding);
      done();
    };
    sink._writev = (chunks, done) => {
      for (const { chunk, encoding } of chunks) carry(chunk, encoding);
      done();
    };
  }
}

/** A text as it is, or as the bytes that it stands for: Bun's own streams forget the encoding. */
const text = (chunk: string, encoding: string): Output["chunk"] =>
  /^utf-?8$/i.test(encoding) ? chunk : copy(Buffer.from(chunk, encoding as BufferEncoding));

/** Not as a view: that of a small buffer would be sent with all of the pool that it is from. */
const copy = (chunk: Uint8Array): Uint8Array => new Uint8Array(chunk);

/** Whether a thread of this one has printed something. */
let hasPrinted = false;

/** Prints what a thread of this one has printed. */
export function printOutput({ stream, chunk }: Output): void {
  hasPrinted = true;
  process[stream].write(chunk);
}

/**
 * Calls `then` once what threads have printed is out of this program's hands; at once where it is.
 * A pipe takes 64 KB, and a socket, which parents on Node give their children, less than 300 short
 * lines: the rest waits for the reader, and `process.exit()` would drop it.
 */
export function whenWritten(then: () => void): void {
  const waiting = hasPrinted
    ? ([process.stdout, process.stderr] as Writable[]).filter((sink) => sink.writableLength > 0)
    : [];
  let left = waiting.length;
  if (left === 0) return then();
  for (const sink of waiting) {
    // Not the stream's own `write`: what a program has put in its place may never call back.
    Writable.prototype.write.call(sink, "", "utf8", () => {
      if (--left === 0) then();
    });
  }
}
