/**
 * The memory that all children of a program share: one piece for its threads, one for its
 * processes. Each is made before the first such child is started, and handed down to every
 * descendant, so that an address means the same to all of them.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { bootNote } from "./boot.ts";
import { capabilities } from "./capabilities.ts";
import { mapShared, reserve } from "./mapping.ts";
import { createSparseFile, mayUseFiles, whereIs } from "./memory_file.ts";
import { isRefusal } from "./refusal.ts";
import { layoutVersion, record } from "./program_record.ts";

/**
 * Its size in bytes, where the system gives so much. It takes no memory where it was not written.
 */
const commonSize = 2 ** 30;
/** Less than this is of no use, in bytes. */
const leastSize = 2 ** 20;

/**
 * How much of what a limit leaves to the program is shared: the rest is for the runtimes of its
 * threads.
 */
const shareOfLimit = 1 / 16;

/** The memory of this process' threads; `null` where the system refuses it. */
export function threadMemory(): SharedArrayBuffer | null {
  if (record.threads === undefined) record.threads = takeThreadMemory();
  return record.threads;
}

/**
 * The system may refuse 1 GiB: to a machine that has less, or by a limit of the program's memory.
 * It is asked for a quarter then, and so on, so that something is left for what the program does
 * besides.
 */
function takeThreadMemory(): SharedArrayBuffer | null {
  const most = addressesLeft() * shareOfLimit;
  for (let size = commonSize; size >= leastSize; size /= 4) {
    if (size > most) continue;
    try {
      return new SharedArrayBuffer(size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

/**
 * How many bytes of addresses the program may still take (`ulimit -v`); `Infinity` where the system
 * does not tell. A thread's runtime takes hundreds of megabytes of them, and ends the program if
 * there are none.
 */
function addressesLeft(): number {
  if (process.platform !== "linux" || !capabilities.hasAddressLimit) return Infinity;
  try {
    const limit = /^Max address space +(\d+)/m.exec(fs.readFileSync("/proc/self/limits", "utf8"));
    const taken = /^VmSize:\s+(\d+) kB/m.exec(fs.readFileSync("/proc/self/status", "utf8"));
    return limit === null || taken === null ? Infinity : Number(limit[1]) - Number(taken[1]) * 1024;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return Infinity;
  }
}

/**
 * The memory of this process' threads, for who cannot do without.
 *
 * @throws {RangeError} If the system refuses it.
 */
export function neededThreadMemory(): SharedArrayBuffer {
  const memory = threadMemory();
  if (memory !== null) return memory;
  throw new RangeError(
    `Cannot share memory between threads as the system refuses even ${leastSize} bytes: ` +
      "raise the limit of this program's memory (ulimit -v, or the container's)",
  );
}

/** Takes over the memory of the thread that started this one. */
export function adoptThreadMemory(shared: SharedArrayBuffer | null): void {
  record.threads = shared;
}

/** The file that the program's processes share; `undefined` where it may not make one. */
export function processFile(): string | undefined {
  const note = bootNote();
  // A copy of this package of another version has another file, and arranges it in another way.
  if (note?.memory !== undefined && note.layout === layoutVersion) return note.memory;
  const { file, refusal } = record;
  if (file === undefined && refusal === undefined && mayUseFiles()) makeFile();
  return record.file?.path;
}

function makeFile(): void {
  try {
    record.file = createSparseFile(commonSize);
  } catch (error) {
    // Only who wants to use the memory is to hear of it.
    if (!isRefusal(error)) throw error;
    record.refusal = error;
  }
}

/** Whether a buffer is the memory of the program's processes. */
export function isMappedMemory(buffer: object): boolean {
  return record.mapped === buffer;
}

/**
 * The memory of the program's processes, mapped into this one.
 *
 * @throws {Error} If it cannot be had here: the message names the remedy.
 */
export function processMemory(): ArrayBuffer {
  if (record.mapped !== undefined) return record.mapped;
  const file = processFile();
  if (file === undefined) {
    throw new Error(
      "Cannot share memory between processes as that needs a file in memory: " +
        (record.refusal === undefined ? "allow it with --allow-read and --allow-write, or " : "") +
        'use the start method "worker"',
      { cause: record.refusal },
    );
  }
  return record.mapped = mapShared(file, commonSize);
}

/**
 * Has the system give memory for a part of what processes share, before anybody touches it: a
 * mapping has no other way to say that there is none than to kill the process (SIGBUS). Without
 * effect on what was given before. Any process may ask for any part.
 *
 * @returns Whether the memory is there.
 */
export function reserveProcessMemory(from: number, size: number): boolean {
  try {
    // Kept open: it must not fail for want of a descriptor, or of rights that are given up later.
    record.fd ??= record.file?.fd ?? fs.openSync(processFile()!, "r+");
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
  return reserve(record.fd, from, size);
}

/** Where the memory is that processes share, and what to do where it is too little. */
export const whereProcessMemoryIs = (): string => whereIs({ path: processFile()! });

/** The error of a process for which there is no memory at all. */
export const noProcessMemory = (): RangeError =>
  new RangeError(
    `Cannot share memory between processes as there is none left in ${whereProcessMemoryIs()}`,
  );
