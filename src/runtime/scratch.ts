/**
 * A few kilobytes that a parent and one child both see, and that outlive the child: a
 * `SharedArrayBuffer` for a worker, an unlinked file in memory for a process. Bun maps the file;
 * elsewhere it is read and written, which costs about a microsecond and needs no FFI.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import { createFilledFile, type MemoryFile } from "./memory_file.ts";
import { isRefusal } from "./refusal.ts";
import type { Scratch } from "./runtime.ts";
import type { StartMethod } from "./start_method.ts";

export type { Scratch };

/** A scratch that both sides have in their memory. */
class MemoryScratch implements Scratch {
  readonly handle: SharedArrayBuffer | string;
  readonly #bytes: Uint8Array;

  constructor(handle: SharedArrayBuffer | string, bytes: Uint8Array) {
    this.handle = handle;
    this.#bytes = bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, offset);
    this.#fence();
  }

  read(offset: number, length: number): Uint8Array {
    this.#fence();
    return this.#bytes.slice(offset, offset + length);
  }

  revoke(): void {
    Atomics.store(this.#bytes, this.#bytes.length - 2, 1);
  }

  get isRevoked(): boolean {
    return Atomics.load(this.#bytes, this.#bytes.length - 2) === 1;
  }

  /** Orders a write before the reads that follow it, as a system call does for the file. */
  #fence(): void {
    Atomics.add(this.#bytes, this.#bytes.length - 1, 0);
  }

  close(): void {}
}

class FileScratch implements Scratch {
  readonly handle: string;
  readonly #fd: number;
  readonly close: () => void;

  constructor({ fd, path, close }: MemoryFile) {
    this.#fd = fd;
    this.handle = path;
    this.close = close;
  }

  write(offset: number, bytes: Uint8Array): void {
    fs.writeSync(this.#fd, bytes, 0, bytes.length, offset);
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, fs.readSync(this.#fd, bytes, 0, length, offset));
  }

  /** A process whose exit was reported does nothing more. */
  revoke(): void {}

  get isRevoked(): boolean {
    return false;
  }
}

/** The part of Bun's API that is used here. */
interface BunFiles {
  mmap(path: string, options: { shared: boolean }): Uint8Array;
}

/**
 * The file in memory, where the runtime maps files by itself (that is Bun) and the system lets it.
 */
function mapped(file: string, close: () => void): Scratch | undefined {
  const { Bun } = globalThis as { Bun?: BunFiles };
  if (Bun === undefined) return undefined;
  try {
    return Object.assign(new MemoryScratch(file, Bun.mmap(file, { shared: true })), { close });
  } catch (error) {
    // No descriptor, or no memory, is left: the other side may map it all the same.
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/**
 * Makes a scratch for one child. Gives `undefined` where there is none to be had, because the
 * program may not read and write such a file, or no folder has room for it: its users have a slower
 * way without.
 */
export function createScratch(
  method: StartMethod,
  size: number,
  mayUseFile: boolean,
): Scratch | undefined {
  if (method === "worker") {
    const memory = new SharedArrayBuffer(size);
    return new MemoryScratch(memory, new Uint8Array(memory));
  }
  const file = mayUseFile ? createFilledFile(new Uint8Array(size)) : undefined;
  return file && (mapped(file.path, file.close) ?? new FileScratch(file));
}

/** Opens, in the child, the scratch that its parent made. */
export function openScratch(handle: SharedArrayBuffer | string): Scratch {
  if (typeof handle !== "string") return new MemoryScratch(handle, new Uint8Array(handle));
  const open = (): MemoryFile => {
    const fd = fs.openSync(handle, "r+");
    return { fd, path: handle, close: () => fs.closeSync(fd) };
  };
  return mapped(handle, () => {}) ?? new FileScratch(open());
}
