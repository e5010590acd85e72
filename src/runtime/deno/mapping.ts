/**
 * Deno maps files by its FFI.
 *
 * @module
 * @internal
 */

import {
  checkMapped,
  type Fallocate,
  futexByNumber,
  MAP_SHARED,
  type Mapper,
  openLibc,
  PROT_READ_WRITE,
  type SystemCall,
  withDescriptor,
} from "../libc.ts";
import { granted } from "./permissions.ts";

/** The part of Deno's API that is used here. */
interface DenoFfi {
  dlopen(library: string, symbols: object): {
    symbols: {
      mmap(...args: unknown[]): object | null;
      munmap(pointer: object | null, size: bigint): number;
      syscall(...args: bigint[]): bigint;
      posix_fallocate: Fallocate | null;
    };
  };
  UnsafePointer: { value(pointer: object | null): bigint };
  UnsafePointerView: { getArrayBuffer(pointer: object | null, size: number): ArrayBuffer };
}

/**
 * Deno's way to map files.
 *
 * @throws {Error} Without permission to use the FFI.
 */
export function openDenoMapper(): Mapper {
  if (!granted("ffi")) {
    throw new Error(
      "Cannot share memory between processes as Deno needs FFI for it: allow it with --allow-ffi, " +
        'or use the start method "worker"',
    );
  }
  const { dlopen, UnsafePointer, UnsafePointerView } =
    (globalThis as unknown as { Deno: DenoFfi }).Deno;
  const { symbols } = openLibc((libc) =>
    dlopen(libc, {
      mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
      munmap: { parameters: ["pointer", "usize"], result: "i32" },
      syscall: { parameters: ["i64", "u64", "i64", "i64", "u64", "u64", "i64"], result: "i64" },
      posix_fallocate: { parameters: ["i32", "i64", "i64"], result: "i32", optional: true },
    })
  );
  const systemCall: SystemCall = (...args) => BigInt(symbols.syscall(...args));
  return {
    map: (file, size) =>
      withDescriptor(file, (fd) => {
        const pointer = symbols.mmap(null, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
        checkMapped(UnsafePointer.value(pointer), file, size);
        return {
          buffer: UnsafePointerView.getArrayBuffer(pointer, size),
          address: UnsafePointer.value(pointer),
          unmap: () => symbols.munmap(pointer, BigInt(size)),
        };
      }),
    systemCall,
    systemFutex: futexByNumber(systemCall),
    fallocate: symbols.posix_fallocate ?? undefined,
  };
}
