/**
 * Files in memory, mapped: what processes share. `Atomics` on such a mapping are real, also between
 * different runtimes.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { granted } from "./deno/permissions.ts";
import { collectGarbage } from "./garbage.ts";
import { launch } from "./launch.ts";

/** A file in memory. */
interface Mapping {
  readonly buffer: ArrayBuffer;
  /** Where it is in memory, as far as the runtime tells. */
  readonly address?: bigint | undefined;
  /** Takes it out of memory; absent where the runtime does so when the buffer is collected. */
  readonly unmap?: () => void;
}

/** `syscall(2)`: a call of the system by its number. */
type SystemCall = (...args: bigint[]) => bigint;

/** `posix_fallocate(3)`: gives 0, or the number of an error. */
type Fallocate = (fd: number, from: number, size: number) => number;

/** Set by the mapper, where there are these. */
let systemCall: SystemCall | undefined;
let fallocate: Fallocate | undefined;

/** `futex(2)`, with the first four of its arguments. */
type SystemFutex = (address: bigint, operation: number, value: number, timeout: bigint) => void;

/** Set by the mapper, where there is one. */
let systemFutex: SystemFutex | undefined;

const isLinux = process.platform === "linux";

/** The number of a call among the system's, by the processor; `undefined` where it is not known. */
const numberOf = (numbers: { x64: number; arm64: number }): number | undefined =>
  isLinux ? (numbers as Record<string, number>)[process.arch] : undefined;

const SYS_futex = numberOf({ x64: 202, arm64: 98 });

/** Maps a file into memory, shared with whoever else maps it. */
type MapFile = (file: string, size: number) => Mapping;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

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

/** The part of Bun's API that is used here. */
interface BunGlobal {
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

/** Bun maps files by itself; its FFI is for the futex alone. */
function mapByBun(): MapFile {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  // Not imported, as webpack refuses a scheme that it does not know.
  const ffi = SYS_futex === undefined
    ? undefined
    : process.getBuiltinModule("bun:ffi" as never) as BunFfi;
  if (ffi !== undefined) {
    const { symbols } = openLibc((libc) =>
      ffi.dlopen(libc, {
        syscall: { args: ["i64", "u64", "i64", "i64", "u64", "u64", "i64"], returns: "i64" },
        posix_fallocate: { args: ["i32", "i64", "i64"], returns: "i32" },
      })
    );
    systemCall = (...args) => BigInt(symbols.syscall(...args));
    fallocate = symbols.posix_fallocate;
    systemFutex = (address, operation, value, timeout) =>
      void symbols.syscall(SYS_futex!, address, operation, value, timeout, 0, 0);
  }
  return (file) => {
    const bytes = Bun.mmap(file, { shared: true });
    return { buffer: bytes.buffer, address: ffi && BigInt(ffi.ptr(bytes)) };
  };
}

/** The part of Deno's API that is used here. */
interface DenoGlobal {
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

function mapByDeno(): MapFile {
  if (!granted("ffi")) {
    throw new Error(
      "Cannot share memory between processes as Deno needs FFI for it: allow it with --allow-ffi, " +
        'or use the start method "worker"',
    );
  }
  const { dlopen, UnsafePointer, UnsafePointerView } =
    (globalThis as unknown as { Deno: DenoGlobal }).Deno;
  const { symbols } = openLibc((libc) =>
    dlopen(libc, {
      mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
      munmap: { parameters: ["pointer", "usize"], result: "i32" },
      syscall: { parameters: ["i64", "u64", "i64", "i64", "u64", "u64", "i64"], result: "i64" },
      posix_fallocate: { parameters: ["i32", "i64", "i64"], result: "i32", optional: true },
    })
  );
  systemCall = (...args) => BigInt(symbols.syscall(...args));
  systemFutex = byNumber(systemCall);
  fallocate = symbols.posix_fallocate ?? undefined;
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = symbols.mmap(null, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      checkMapped(UnsafePointer.value(pointer), file, size);
      return {
        buffer: UnsafePointerView.getArrayBuffer(pointer, size),
        address: UnsafePointer.value(pointer),
        unmap: () => symbols.munmap(pointer, BigInt(size)),
      };
    });
}

/** `futex(2)` by its number, where that is known. */
function byNumber(syscall: SystemCall): SystemFutex | undefined {
  if (SYS_futex === undefined) return undefined;
  const number = BigInt(SYS_futex);
  return (address, operation, value, timeout) =>
    void syscall(number, address, BigInt(operation), BigInt(value), timeout, 0n, 0n);
}

/** `mmap(2)` gives this, `MAP_FAILED`, where it fails. */
const failed = 2n ** 64n - 1n;

function checkMapped(address: bigint, file: string, size: number): void {
  if (BigInt.asUintN(64, address) !== failed) return;
  throw new Error(`Cannot map ${size} bytes of ${file} as the system refuses it`);
}

/** Opens the file for as long as mapping it takes. A mapping outlives its descriptor. */
function withDescriptor<T>(file: string, use: (fd: number) => T): T {
  const fd = fs.openSync(file, "r+");
  try {
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

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

function mapByNode(ffi: NodeFfi): MapFile {
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
  systemCall = (...args) => functions.syscall(...args);
  systemFutex = byNumber(systemCall);
  fallocate = functions.posix_fallocate &&
    ((fd, from, size) => functions.posix_fallocate!(fd, BigInt(from), BigInt(size)));
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = functions.mmap(0n, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      checkMapped(pointer, file, size);
      return {
        buffer: ffi.toArrayBuffer(pointer, size, false),
        address: pointer,
        unmap: () => functions.munmap(pointer, BigInt(size)),
      };
    });
}

/** The part of the npm package `koffi` that is used here. */
interface Koffi {
  load(library: string): { func(prototype: string): (...args: unknown[]) => unknown };
  address(pointer: unknown): bigint;
  view(pointer: unknown, size: number): ArrayBuffer;
}

function mapByKoffi(koffi: Koffi): MapFile {
  const library = openLibc((libc) => koffi.load(libc));
  const mmap = library.func(
    "void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)",
  );
  const munmap = library.func("int munmap(void *addr, size_t length)");
  const syscall = library.func(
    "int64_t syscall(int64_t number, uint64_t, int64_t, int64_t, uint64_t, uint64_t, int64_t)",
  );
  systemCall = (...args) => BigInt(syscall(...args) as number | bigint);
  systemFutex = byNumber(systemCall);
  if (isLinux) {
    fallocate = library.func(
      "int posix_fallocate(int fd, int64_t offset, int64_t length)",
    ) as Fallocate;
  }
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      checkMapped(koffi.address(pointer), file, size);
      return {
        buffer: koffi.view(pointer, size),
        address: koffi.address(pointer),
        unmap: () => munmap(pointer, size),
      };
    });
}

/** The package as the program has it, or as this module would find it. */
function loadKoffi(): Koffi {
  const { script: main } = launch;
  // Not imported: a bundler would take `createRequire(…)("koffi")` for an import of its own, and what
  // it makes of that finds no library.
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

/** From here on a mapping is so large beside a small heap that V8 wants to collect garbage before it goes on. */
const largeMapping = 32 * 1024 * 1024;

/**
 * Maps as another does, and then has V8 look at the mapping, whose bytes count as what was allocated since it
 * last collected garbage. Before that, threads that compile wait for the main thread to collect, and where that
 * exits instead, it waits for them: for ever, on Node 24 (nodejs/node#54918).
 */
const collecting = (mapFile: MapFile): MapFile => (file, size) => {
  const mapping = mapFile(file, size);
  if (size >= largeMapping) collectGarbage();
  return mapping;
};

/** Node 26 has an FFI of its own; for Node 24 there is one to install. */
function mapOnNode(): MapFile {
  const builtin = builtinFfi();
  if (builtin !== undefined) return mapByNode(builtin);
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
  return mapByKoffi(koffi);
}

let mapFile: MapFile | undefined;

const mapper = (): MapFile =>
  mapFile ??= "Deno" in globalThis
    ? mapByDeno()
    : "Bun" in globalThis
    ? mapByBun()
    : collecting(mapOnNode());

/**
 * Checks that this runtime can map files.
 *
 * @throws {Error} If it cannot: the message names the remedy.
 */
export function checkMapping(): void {
  mapper();
}

/** The error of a call that a signal has interrupted. */
const EINTR = 4;
/** The error of a file system that gives no memory ahead. */
const EOPNOTSUPP = 95;

/**
 * Has the system give memory, or room on a disk, for a part of a file before anybody touches it in a
 * mapping. Without effect on what is there. Elsewhere than on Linux nobody is asked.
 *
 * @returns Whether it is there.
 */
export function reserve(fd: number, from: number, size: number): boolean {
  mapper();
  let error = EINTR;
  while (error === EINTR) error = fallocate?.(fd, from, size) ?? 0;
  return error === 0 || error === EOPNOTSUPP;
}

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

/** Opens a file in memory that is in no folder, so none limits it; `undefined` where that cannot be. */
export function openAnonymous(): number | undefined {
  if (SYS_memfd_create === undefined || !canMap() || systemCall === undefined) return undefined;
  const call = (number: number, ...args: bigint[]): bigint =>
    systemCall!(BigInt(number), ...args, ...Array<bigint>(6 - args.length).fill(0n));
  // Its name is an empty text: where nothing was written, there is one.
  const name = call(SYS_mmap!, 0n, page, PROT_READ, MAP_PRIVATE_ANONYMOUS, noDescriptor);
  if (BigInt.asUintN(64, name) === failed) return undefined;
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

/** Whether this runtime can map files. */
function canMap(): boolean {
  try {
    mapper();
    return true;
  } catch {
    return false;
  }
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
  const { buffer, address, unmap } = mapper()(file, size);
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
  const futex = systemFutex;
  if (base === undefined || futex === undefined) return undefined;
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
