/**
 * Synchronous reads of a `Blob`. The encoder needs the bytes at the call: it copies a value when
 * the value is sent, not later.
 *
 * @module
 * @internal
 */

import { readInThread } from "./blob_thread.ts";
import { forRuntime } from "./capabilities.ts";

const instead = "send await blob.arrayBuffer(), or blob.stream()";

/**
 * The bytes of a blob.
 *
 * @throws {Error} If they cannot be read, or not at once. The message says why.
 */
export function readBlob(blob: Blob): ArrayBuffer {
  return forRuntime({ deno: readInThread, bun: readOnBun, node: readOnNode })(blob);
}

/** The part of Bun's API that is used here. */
interface BunPromises {
  peek(promise: Promise<ArrayBuffer>): ArrayBuffer | Promise<ArrayBuffer> | Error;
}

/** `Bun.peek` returns the bytes of a blob in memory. Bun reads a file in the background. */
function readOnBun(blob: Blob): ArrayBuffer {
  const { peek } = (globalThis as unknown as { Bun: BunPromises }).Bun;
  const reading = blob.arrayBuffer();
  const bytes = peek(reading);
  if (bytes instanceof ArrayBuffer) return bytes;
  // The thread reports the error.
  reading.catch(() => {});
  return readInThread(blob);
}

/** The object behind a blob of Node, which the blob's own methods read. */
interface BlobHandle {
  getReader(): BlobSource;
}

interface BlobSource {
  /**
   * Calls back with 1 and the next bytes, with 0 at the end, and below it with the system's error.
   */
  pull(callback: (status: number, bytes?: ArrayBuffer) => void): void;
}

/**
 * Node's reader calls back synchronously for bytes in memory. The public methods wait for a
 * microtask between two pieces, so they cannot be used here. A Node without this reader refuses
 * blobs.
 */
function readOnNode(blob: Blob): ArrayBuffer {
  const source = handleOf(blob)?.getReader?.();
  if (typeof source?.pull !== "function") {
    throw new Error(`this version of Node reads it in the background only: ${instead}`);
  }
  const pieces: ArrayBuffer[] = [];
  for (;;) {
    const [status, piece] = pull(source);
    if (status === 0) return joined(pieces, blob.size);
    if (status < 0) throw new Error("the file that it is backed by has changed, or is gone");
    // A call between two pieces may bring no bytes.
    if (piece !== undefined) pieces.push(piece);
  }
}

/** Node keeps the handle under a symbol that no module exports. */
function handleOf(blob: Blob): Partial<BlobHandle> | undefined {
  const key = Object.getOwnPropertySymbols(blob).find((key) => key.description === "kHandle");
  return key === undefined ? undefined : Reflect.get(blob, key) as Partial<BlobHandle>;
}

function pull(source: BlobSource): [status: number, bytes: ArrayBuffer | undefined] {
  const calls: [status: number, bytes: ArrayBuffer | undefined][] = [];
  source.pull((status, bytes) => calls.push([status, bytes]));
  const [call] = calls;
  if (call !== undefined && call[0] <= 1) return call;
  throw new Error(`it is backed by a file, which Node reads in the background only: ${instead}`);
}

function joined(pieces: readonly ArrayBuffer[], size: number): ArrayBuffer {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (length !== size) throw new Error(`it has ${length} bytes in place of ${size}: ${instead}`);
  if (pieces.length === 1) return pieces[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return bytes.buffer;
}
