/**
 * What a thread prints. On Node and Bun a thread's standard output and error go by its parent's event
 * loop, line after line with an answer to each: what a thread prints at one stroke waits in the thread,
 * and is lost where that, or the program, ends before the answers have come. So it is posted at once, on
 * the port that carries everything else: in the order in which things happened, and out of the thread's
 * hands. The parent writes it to its own streams, as Node and Bun do: what a test runner or a logger has
 * put in their place still sees it.
 *
 * Deno needs nothing: there a thread writes by itself, at once.
 *
 * @module
 * @internal
 */

import process from "node:process";

/** Something that a thread has printed. */
export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly chunk: string | Uint8Array;
  readonly encoding?: BufferEncoding | undefined;
}

type Done = (error?: Error | null) => void;

/** How a stream does its work, which the types leave out or make its own. */
interface Sink {
  _write(chunk: Output["chunk"], encoding: string, done: Done): void;
  _writev(chunks: readonly { chunk: Output["chunk"]; encoding: string }[], done: Done): void;
}

/** Has this thread hand what it prints to `post`. */
export function carryOutput(post: (output: Output) => void): void {
  if ("Deno" in globalThis) return;
  for (const stream of ["stdout", "stderr"] as const) {
    const carry = (chunk: Output["chunk"], encoding: string) =>
      post(
        typeof chunk === "string"
          ? { stream, chunk, encoding: encoding as BufferEncoding }
          // It may be a view of something large.
          : { stream, chunk: new Uint8Array(chunk) },
      );
    // Below `write`, which the thread's own program may have replaced.
    const sink = process[stream] as unknown as Sink;
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

/** Prints what a thread of this one has printed. */
export function printOutput({ stream, chunk, encoding }: Output): void {
  process[stream].write(chunk, encoding);
}
