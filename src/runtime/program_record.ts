/**
 * What a program's copies of this package have in common, on the global object: a program may load
 * the package twice, and there is one memory and one numbering of threads all the same.
 *
 * @module
 * @internal
 */

import type { MemoryFile } from "./inherited_files.ts";

/**
 * The version of all that stands in shared memory: where it is, and what it means. To be raised
 * with every change of that: a copy of another version then has memory of its own.
 */
export const layoutVersion = 4;

/** The record. */
export interface ProgramRecord {
  /** The memory of this process' threads; `null`: the system has refused it. */
  threads?: SharedArrayBuffer | null;
  /** The numbers of this process' threads: see `thread_id.ts`. */
  numbers?: Int32Array;
  file?: MemoryFile;
  /** Why there is no file, if the system has refused one. */
  refusal?: Error;
  mapped?: ArrayBuffer;
  /** The file's descriptor in this process, which has it for `reserveProcessMemory`. */
  fd?: number;
}

const holder: unique symbol = Symbol.for(
  `@nproc/multiprocessing.program/${layoutVersion}`,
) as never;

/** The one of this thread. */
export const record: ProgramRecord = (globalThis as { [holder]?: ProgramRecord })[holder] ??= {};
