/**
 * Bun maps files by itself; its FFI is for the system's other calls.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { type Fallocate, type Mapper, openLibc, SYS_futex } from "../libc.ts";

/** The part of Bun's API that is used here. */
interface BunMmap {
  mmap(path: string, options: { shared: boolean }): Uint8Array<ArrayBuffer>;
}

/** The part of `bun:ffi` that is used here. */
interface BunFfi {
  dlopen(library: string, symbols: object): {
    symbols: {
      syscall(...args: (number | bigint)[]): bigint | number;
      posix_fallocate: Fallocate;
    };
  };
  ptr(bytes: Uint8Array): number;
}

/** Bun's way to map files. */
export function openBunMapper(): Mapper {
  const { Bun } = globalThis as unknown as { Bun: BunMmap };
  const futex = SYS_futex;
  // Not imported, as webpack refuses a scheme that it does not know.
  const ffi = futex === undefined
    ? undefined
    : process.getBuiltinModule("bun:ffi" as never) as BunFfi;
  const symbols = ffi && openLibc((libc) =>
    ffi.dlopen(libc, {
      syscall: { args: ["i64", "u64", "i64", "i64", "u64", "u64", "i64"], returns: "i64" },
      posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" },
    })
  ).symbols;
  return {
    map: (file) => {
      const bytes = Bun.mmap(file, { shared: true });
      return { buffer: bytes.buffer, address: ffi && BigInt(ffi.ptr(bytes)) };
    },
    systemCall: symbols && ((...args) => BigInt(symbols.syscall(...args))),
    systemFutex: symbols &&
      ((address, operation, value, timeout) =>
        void symbols.syscall(futex!, address, operation, value, timeout, 0, 0)),
    fallocate: symbols?.posix_fallocate,
  };
}
