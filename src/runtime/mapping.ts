/**
 * Files in memory, mapped: what processes share. `Atomics` on such a mapping are real, also between
 * different runtimes. That rests on the engines, not on the specification, which knows them on a
 * `SharedArrayBuffer` alone.
 *
 * @module
 * @internal
 */

import { openBunMapper } from "./bun/mapping.ts";
import { forRuntime } from "./capabilities.ts";
import { openDenoMapper } from "./deno/mapping.ts";
import type { Mapper, SystemCall } from "./libc.ts";
import { openNodeMapper } from "./node/mapping.ts";

let opened: Mapper | undefined;

const mapper = (): Mapper =>
  opened ??= forRuntime({ deno: openDenoMapper, bun: openBunMapper, node: openNodeMapper })();

/**
 * Checks that this runtime can map files.
 *
 * @throws {Error} If it cannot: the message names the remedy.
 */
export function checkMapping(): void {
  mapper();
}

/** `syscall(2)`, where this runtime can map files and call it. */
export function systemCall(): SystemCall | undefined {
  try {
    return mapper().systemCall;
  } catch (error) {
    // It cannot map files: whoever must, is told so by `mapShared`.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** The error of a call that a signal has interrupted. */
const EINTR = 4;
/** The error of a file system that gives no memory ahead. */
const EOPNOTSUPP = 95;

/**
 * Has the system give memory, or room on a disk, for a part of a file before anybody touches it in
 * a mapping. Without effect on what is there. Elsewhere than on Linux nobody is asked.
 *
 * @returns Whether it is there.
 */
export function reserve(fd: number, from: number, size: number): boolean {
  const { fallocate } = mapper();
  let error = EINTR;
  while (error === EINTR) error = fallocate?.(fd, from, size) ?? 0;
  return error === 0 || error === EOPNOTSUPP;
}

const addresses = new WeakMap<ArrayBufferLike, bigint>();
const unmaps = new WeakMap<ArrayBuffer, () => void>();
const collected = new FinalizationRegistry<() => void>((unmap) => unmap());

/**
 * Maps a file into this process' memory, shared with all others that map it. The mapping stays
 * until the process ends, or as `unmapLater` says.
 *
 * @throws {Error} If this runtime cannot: the message names the remedy. The system's error if the
 * file cannot be opened.
 */
export function mapShared(file: string, size: number): ArrayBuffer {
  const { buffer, address, unmap } = mapper().map(file, size);
  if (address !== undefined) addresses.set(buffer, address);
  if (unmap !== undefined) unmaps.set(buffer, unmap);
  return buffer;
}

/** Has a mapping end when nobody can reach its buffer any more: no view on it, for one. */
export function unmapLater(buffer: ArrayBuffer): void {
  const unmap = unmaps.get(buffer);
  // What was transferred is another buffer's memory.
  if (unmap === undefined || buffer.detached) return;
  unmaps.delete(buffer);
  collected.register(buffer, unmap);
}

/** The system's own futex on a mapping: what `Atomics.wait` is on a `SharedArrayBuffer`. */
export interface MappedFutex {
  /**
   * Blocks this thread while the word at `byte` has that value, until somebody wakes it or the time
   * is over. `timespec` is where 16 bytes of the mapping are this thread's own.
   */
  wait(byte: number, value: number, milliseconds: number, timespec: number): void;
  /** Wakes all who wait there. */
  wake(byte: number): void;
}

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;

/** The futex of a mapping, where this runtime can call the system's. */
export function mappedFutex(buffer: ArrayBufferLike): MappedFutex | undefined {
  const base = addresses.get(buffer);
  if (base === undefined) return undefined;
  const futex = mapper().systemFutex;
  if (futex === undefined) return undefined;
  return {
    wait: (byte, value, milliseconds, timespec) => {
      const longs = new BigInt64Array(buffer, timespec, 2);
      longs[0] = BigInt(Math.floor(milliseconds / 1000));
      longs[1] = BigInt(Math.floor((milliseconds % 1000) * 1e6));
      futex(base + BigInt(byte), FUTEX_WAIT, value, base + BigInt(timespec));
    },
    wake: (byte) => futex(base + BigInt(byte), FUTEX_WAKE, 2 ** 31 - 1, 0n),
  };
}
