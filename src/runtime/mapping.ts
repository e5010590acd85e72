/**
 * Files in memory, mapped: what processes share. `Atomics` on such a mapping are real, also between
 * different runtimes.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { granted } from "./deno_permissions.ts";

/** A file in memory. */
interface Mapping {
  readonly buffer: ArrayBuffer;
  /** Takes it out of memory; absent where the runtime does so when the buffer is collected. */
  readonly unmap?: () => void;
}

/** Maps a file into memory, shared with whoever else maps it. */
type MapFile = (file: string, size: number) => Mapping;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

const libc = process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6";

/** The part of Bun's API that is used here. */
interface BunGlobal {
  mmap(path: string, options: { shared: boolean }): Uint8Array<ArrayBuffer>;
}

const mapOnBun: MapFile = (file) => ({
  buffer: (globalThis as unknown as { Bun: BunGlobal }).Bun.mmap(file, { shared: true }).buffer,
});

/** The part of Deno's API that is used here. */
interface DenoGlobal {
  dlopen(library: string, symbols: object): {
    symbols: {
      mmap(...args: unknown[]): object | null;
      munmap(pointer: object | null, size: bigint): number;
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
  const { symbols } = dlopen(libc, {
    mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
    munmap: { parameters: ["pointer", "usize"], result: "i32" },
  });
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = symbols.mmap(null, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      checkMapped(UnsafePointer.value(pointer), file, size);
      return {
        buffer: UnsafePointerView.getArrayBuffer(pointer, size),
        unmap: () => symbols.munmap(pointer, BigInt(size)),
      };
    });
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
    };
  };
  toArrayBuffer(pointer: bigint, size: number, copy: boolean): ArrayBuffer;
}

function mapByNode(ffi: NodeFfi): MapFile {
  const { functions } = ffi.dlopen(libc, {
    mmap: {
      arguments: ["pointer", "uint64", "int32", "int32", "int32", "int64"],
      return: "pointer",
    },
    munmap: { arguments: ["pointer", "uint64"], return: "int32" },
  });
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = functions.mmap(0n, BigInt(size), PROT_READ_WRITE, MAP_SHARED, fd, 0n);
      checkMapped(pointer, file, size);
      return {
        buffer: ffi.toArrayBuffer(pointer, size, false),
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
  const library = koffi.load(libc);
  const mmap = library.func(
    "void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)",
  );
  const munmap = library.func("int munmap(void *addr, size_t length)");
  return (file, size) =>
    withDescriptor(file, (fd) => {
      const pointer = mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      checkMapped(koffi.address(pointer), file, size);
      return { buffer: koffi.view(pointer, size), unmap: () => munmap(pointer, size) };
    });
}

/** The package as the program has it, or as this module would find it. */
function loadKoffi(): Koffi {
  const main = process.argv[1];
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
  mapFile ??= "Deno" in globalThis ? mapByDeno() : "Bun" in globalThis ? mapOnBun : mapOnNode();

/**
 * Checks that this runtime can map files.
 *
 * @throws {Error} If it cannot: the message names the remedy.
 */
export function checkMapping(): void {
  mapper();
}

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
  const { buffer, unmap } = mapper()(file, size);
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
