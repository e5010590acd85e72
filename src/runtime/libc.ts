/**
 * The C library, as the runtimes' FFIs call it: what they have in common.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";

/** `syscall(2)`: a call of the system by its number. */
export type SystemCall = (...args: bigint[]) => bigint;

/** `posix_fallocate(3)`: returns 0, or the number of an error. */
export type Fallocate = (fd: number, from: number, size: number) => number;

/** `futex(2)`, with the first four of its arguments. */
export type SystemFutex = (
  address: bigint,
  operation: number,
  value: number,
  timeout: bigint,
) => void;

/** A file in memory. */
export interface Mapping {
  readonly buffer: ArrayBuffer;
  /** Where it is in memory, as far as the runtime tells. */
  readonly address?: bigint | undefined;
  /** Takes it out of memory; absent where the runtime does so when the buffer is collected. */
  readonly unmap?: () => void;
}

/** How a runtime maps files, and the calls of the system that it can make. */
export interface Mapper {
  /** Maps a file into memory, shared with whoever else maps it. */
  map(file: string, size: number): Mapping;
  readonly systemCall: SystemCall | undefined;
  readonly systemFutex: SystemFutex | undefined;
  readonly fallocate: Fallocate | undefined;
}

/** Whether this is Linux. */
export const isLinux: boolean = process.platform === "linux";

/** The number of a call among the system's, by the processor; `undefined` where it is not known. */
export const numberOf = (numbers: { x64: number; arm64: number }): number | undefined =>
  isLinux ? (numbers as Record<string, number>)[process.arch] : undefined;

/** The number of `futex(2)`. */
export const SYS_futex: number | undefined = numberOf({ x64: 202, arm64: 98 });

/** The arguments of `mmap(2)` for memory that is read, written and shared. */
export const PROT_READ_WRITE = 3;
/** See {@linkcode PROT_READ_WRITE}. */
export const MAP_SHARED = 1;

/** `mmap(2)` returns this where it fails. */
export const MAP_FAILED: bigint = 2n ** 64n - 1n;

/** The C library's names: glibc's, and musl's, as Alpine has it. */
const libcNames = isLinux
  ? ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`]
  : ["libSystem.dylib"];

/** Opens the C library by the first of its names that there is. */
export function openLibc<T>(open: (name: string) => T, names: readonly string[] = libcNames): T {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      return open(name);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

/** `futex(2)` by its number, where that is known. */
export function futexByNumber(syscall: SystemCall): SystemFutex | undefined {
  if (SYS_futex === undefined) return undefined;
  const number = BigInt(SYS_futex);
  return (address, operation, value, timeout) =>
    void syscall(number, address, BigInt(operation), BigInt(value), timeout, 0n, 0n);
}

/**
 * Checks what `mmap(2)` has returned.
 *
 * @throws {Error} If it failed.
 */
export function checkMapped(address: bigint, file: string, size: number): void {
  if (BigInt.asUintN(64, address) !== MAP_FAILED) return;
  throw new Error(`Cannot map ${size} bytes of ${file} as the system refuses it`);
}

/** Opens the file for as long as mapping it takes. A mapping outlives its descriptor. */
export function withDescriptor<T>(file: string, use: (fd: number) => T): T {
  const fd = fs.openSync(file, "r+");
  try {
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}
