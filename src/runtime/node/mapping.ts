/**
 * Node 26 maps files by an FFI of its own; for Node 24 there is one to install, the npm package
 * `koffi`.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { collectGarbage } from "../garbage.ts";
import { launch } from "../launch.ts";
import {
  checkMapped,
  type Fallocate,
  futexByNumber,
  isLinux,
  MAP_SHARED,
  type Mapper,
  openLibc,
  PROT_READ_WRITE,
  type SystemCall,
  withDescriptor,
} from "../libc.ts";

/** The part of `node:ffi` that is used here. */
interface NodeFfi {
  dlopen(library: string, symbols: object): {
    functions: {
      mmap(...args: unknown[]): bigint;
      munmap(pointer: bigint, size: bigint): number;
      syscall(...args: bigint[]): bigint;
      posix_fallocate?(fd: number, from: bigint, size: bigint): number;
    };
  };
  toArrayBuffer(pointer: bigint, size: number, copy: boolean): ArrayBuffer;
}

function mapperOf(ffi: NodeFfi): Mapper {
  const { functions } = openLibc((libc) =>
    ffi.dlopen(libc, {
      mmap: {
        arguments: ["pointer", "uint64", "int32", "int32", "int32", "int64"],
        return: "pointer",
      },
      munmap: { arguments: ["pointer", "uint64"], return: "int32" },
      syscall: {
        arguments: ["int64", "uint64", "int64", "int64", "uint64", "uint64", "int64"],
        return: "int64",
      },
      ...(isLinux && {
        posix_fallocate: { arguments: ["int32", "int64", "int64"], return: "int32" },
      }),
    })
  );
  const systemCall: SystemCall = (...args) => functions.syscall(...args);
  return {
    map: (file, size) =>
      withDescriptor(file, (fd) => {
        const pointer = functions.mmap(0n, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
        checkMapped(pointer, file, size);
        return {
          buffer: ffi.toArrayBuffer(pointer, size, false),
          address: pointer,
          unmap: () => functions.munmap(pointer, BigInt(size)),
        };
      }),
    systemCall,
    systemFutex: futexByNumber(systemCall),
    fallocate: functions.posix_fallocate &&
      ((fd, from, size) => functions.posix_fallocate!(fd, BigInt(from), BigInt(size))),
  };
}

/** The part of the npm package `koffi` that is used here. */
interface Koffi {
  load(library: string): { func(prototype: string): (...args: unknown[]) => unknown };
  address(pointer: unknown): bigint;
  view(pointer: unknown, size: number): ArrayBuffer;
}

function mapperOfKoffi(koffi: Koffi): Mapper {
  const library = openLibc((libc) => koffi.load(libc));
  const mmap = library.func(
    "void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)",
  );
  const munmap = library.func("int munmap(void *addr, size_t length)");
  const syscall = library.func(
    "int64_t syscall(int64_t number, uint64_t, int64_t, int64_t, uint64_t, uint64_t, int64_t)",
  );
  const systemCall: SystemCall = (...args) => BigInt(syscall(...args) as number | bigint);
  return {
    map: (file, size) =>
      withDescriptor(file, (fd) => {
        const pointer = mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
        checkMapped(koffi.address(pointer), file, size);
        return {
          buffer: koffi.view(pointer, size),
          address: koffi.address(pointer),
          unmap: () => munmap(pointer, size),
        };
      }),
    systemCall,
    systemFutex: futexByNumber(systemCall),
    fallocate: !isLinux ? undefined : library.func(
      "int posix_fallocate(int fd, int64_t offset, int64_t length)",
    ) as Fallocate,
  };
}

/** The package as the program has it, or as this module would find it. */
function loadKoffi(): Koffi {
  const { script: main } = launch;
  // Not imported: a bundler would take `createRequire(…)("koffi")` for an import of its own, and
  // what it makes of that finds no library.
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return createRequire(import.meta.url)("koffi");
  } catch (error) {
    if (main === undefined) throw error;
    return createRequire(main)("koffi");
  }
}

/** Not a static import: the module is not there on Node 24, nor on the other runtimes. */
function builtinFfi(): NodeFfi | undefined {
  const { emitWarning } = process;
  // That it is experimental is this package's to know; each child would print it.
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule("node:ffi" as never);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function installedMapper(): Mapper {
  const builtin = builtinFfi();
  if (builtin !== undefined) return mapperOf(builtin);
  let koffi: Koffi;
  try {
    koffi = loadKoffi();
  } catch (error) {
    throw new Error(
      "Cannot share memory between processes on this version of Node: use Node 26 or later, install the npm package " +
        'koffi, or use the start method "worker"',
      { cause: error },
    );
  }
  return mapperOfKoffi(koffi);
}

/**
 * From here on a mapping is so large beside a small heap that V8 wants to collect garbage before it
 * goes on.
 */
const largeMapping = 32 * 1024 * 1024;

/**
 * Node's way to map files. After a large mapping V8 collects garbage, as the mapping's bytes count
 * as what was allocated since it last did. Before that, threads that compile wait for the main
 * thread to collect, and where that exits instead, it waits for them: for ever, on Node 24
 * (nodejs/node#54918).
 *
 * @throws {Error} If there is no FFI.
 */
export function openNodeMapper(): Mapper {
  const mapper = installedMapper();
  return {
    ...mapper,
    map: (file, size) => {
      const mapping = mapper.map(file, size);
      if (size >= largeMapping) collectGarbage();
      return mapping;
    },
  };
}
