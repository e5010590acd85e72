/**
 * The memory that all children of a program share: one piece for its threads, one for its
 * processes. Each is made before the first such child is started, and handed down to every
 * descendant, so that an address means the same to all of them.
 *
 * @module
 * @internal
 */

import { bootNote } from "./boot.ts";
import { mapShared } from "./mapping.ts";
import { createMemoryFile, isRefusal, mayUseFiles, type MemoryFile } from "./memory_file.ts";

/** Its size in bytes. It takes no memory where it was not written. */
export const commonSize: number = 2 ** 30;

interface Held {
  threads?: SharedArrayBuffer;
  file?: MemoryFile;
  /** Why there is no file, if the system has refused one. */
  refusal?: Error;
  mapped?: ArrayBuffer;
}

const holder: unique symbol = Symbol.for("@nproc/multiprocessing.memory") as never;

/** On the global object: a program may load this package twice, and there is one memory. */
const held: Held = (globalThis as { [holder]?: Held })[holder] ??= {};

/** The memory of this process' threads. */
export function threadMemory(): SharedArrayBuffer {
  return held.threads ??= new SharedArrayBuffer(commonSize);
}

/** Takes over the memory of the thread that started this one. */
export function adoptThreadMemory(shared: SharedArrayBuffer): void {
  held.threads = shared;
}

/** The file that the program's processes share; `undefined` where it may not make one. */
export function processFile(): string | undefined {
  const inherited = bootNote()?.memory;
  if (inherited !== undefined) return inherited;
  const { file, refusal } = held;
  if (file === undefined && refusal === undefined && mayUseFiles()) makeFile();
  return held.file?.path;
}

function makeFile(): void {
  try {
    held.file = createMemoryFile(commonSize);
  } catch (error) {
    // Only who wants to use the memory is to hear of it.
    if (!isRefusal(error)) throw error;
    held.refusal = error;
  }
}

/** Whether a buffer is the memory of the program's processes. */
export function isMappedMemory(buffer: object): boolean {
  return held.mapped === buffer;
}

/**
 * The memory of the program's processes, mapped into this one.
 *
 * @throws {Error} If it cannot be had here: the message names the remedy.
 */
export function processMemory(): ArrayBuffer {
  if (held.mapped !== undefined) return held.mapped;
  const file = processFile();
  if (file === undefined) {
    throw new Error(
      "Cannot share memory between processes as that needs a file in memory: " +
        (held.refusal === undefined ? "allow it with --allow-read and --allow-write, or " : "") +
        'use the start method "worker"',
      { cause: held.refusal },
    );
  }
  return held.mapped = mapShared(file, commonSize);
}
