/**
 * Files in memory that are in no folder (`memfd_create(2)`), so that no folder's size limits them.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import { MAP_FAILED, numberOf } from "./libc.ts";
import { systemCall } from "./mapping.ts";

const SYS_memfd_create = numberOf({ x64: 319, arm64: 279 });
const SYS_mmap = numberOf({ x64: 9, arm64: 222 });
const SYS_munmap = numberOf({ x64: 11, arm64: 215 });
const SYS_close = numberOf({ x64: 3, arm64: 57 });
const PROT_READ = 1n;
const MAP_PRIVATE_ANONYMOUS = 0x22n;
const noDescriptor = 2n ** 64n - 1n;
const MFD_CLOEXEC = 1n;
/** Some systems allow no other; older ones do not know it. */
const MFD_NOEXEC_SEAL = 8n;
const page = 4096n;

/**
 * Opens a file in memory that is in no folder, so none limits it; `undefined` where that cannot be.
 */
export function openAnonymous(): number | undefined {
  const syscall = systemCall();
  if (SYS_memfd_create === undefined || syscall === undefined) return undefined;
  const call = (number: number, ...args: bigint[]): bigint =>
    syscall(BigInt(number), ...args, ...Array<bigint>(6 - args.length).fill(0n));
  // Its name is an empty text: where nothing was written, there is one.
  const name = call(SYS_mmap!, 0n, page, PROT_READ, MAP_PRIVATE_ANONYMOUS, noDescriptor);
  if (BigInt.asUintN(64, name) === MAP_FAILED) return undefined;
  try {
    for (const flags of [MFD_CLOEXEC | MFD_NOEXEC_SEAL, MFD_CLOEXEC]) {
      const fd = Number(call(SYS_memfd_create, name, flags));
      if (fd >= 0) return reopened(fd, () => void call(SYS_close!, BigInt(fd)));
    }
    return undefined;
  } finally {
    call(SYS_munmap!, name, page);
  }
}

/** The same file by a descriptor that the runtime knows: Deno takes no other. */
function reopened(fd: number, close: () => void): number {
  try {
    return fs.openSync(`/proc/self/fd/${fd}`, "r+");
  } finally {
    close();
  }
}
