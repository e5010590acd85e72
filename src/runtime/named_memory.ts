/**
 * Shared memory that has a name, by which unrelated programs find it. On Linux it is what POSIX'
 * `shm_open` makes, so programs in other languages find it too.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { checkMapping, mapShared, reserve, unmapLater } from "./mapping.ts";
import { mayUseFiles, whereIs } from "./memory_file.ts";
import { forgetName, keepDraft, keepName } from "./resource_tracker.ts";

function fileOf(name: string): string {
  return process.platform === "linux"
    ? path.join("/dev/shm", name)
    : path.join(os.tmpdir(), `nproc-shm-${name}`);
}

/** Why this program cannot have memory that other programs find; `undefined` where it can. */
export function namedMemoryRefusal(): Error | undefined {
  if (!mayOpenFiles()) {
    return new Error(
      "Cannot share memory by name as that needs files that Deno refuses: allow it with --allow-all",
    );
  }
  try {
    checkMapping();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Permission to read and write is not enough: for /dev/shm Deno demands all of them. */
function mayOpenFiles(): boolean {
  if (!mayUseFiles()) return false;
  try {
    // There is no file of this name, as no name is empty.
    fs.closeSync(fs.openSync(fileOf(""), "r"));
    return true;
  } catch (error) {
    return (error as Error).name !== "NotCapable";
  }
}

/** Memory that is found by a name, as far as those reach that know the same names. */
export interface Names {
  /**
   * Makes memory of that name, all zero, and holds it.
   *
   * @throws {Error} If there is memory of that name, or the system refuses it.
   * @throws {RangeError} If there is not so much memory.
   */
  create(name: string, size: number): NamedMemory;
  /**
   * Holds the memory of that name.
   *
   * @throws {Error} If there is none, or the system refuses it.
   * @throws {RangeError} If there is not so much memory: who made it has not written to all of it.
   */
  attach(name: string): NamedMemory;
  /** Removes a name; `false` if there is none. Who holds the memory keeps it. */
  unlink(name: string): boolean;
}

/** A hold on named memory. */
export interface NamedMemory {
  readonly bytes: Uint8Array;
  /** Gives it up: the bytes must not be used any more. */
  close(): void;
}

/** The error of something that cannot be done with the memory of that name. */
export function nameFault(action: string, name: string, why: string, cause?: unknown): Error {
  return new Error(`Cannot ${action} the shared memory ${JSON.stringify(name)} as ${why}`, {
    cause,
  });
}

/** Why there can be no memory of a name twice. */
export const taken = "there is one of that name";
/** Why memory cannot be had that was never made, or was unlinked. */
export const missing = "there is none of that name";

const reasons: Readonly<Record<string, string>> = {
  EEXIST: taken,
  ENOENT: missing,
  EACCES: "it belongs to another user",
};

function systemFault(action: string, name: string, error: unknown): Error {
  if (error instanceof RangeError) return error;
  const code = codeOf(error);
  return nameFault(action, name, reasons[code] ?? `the system refuses it (${code})`, error);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

/**
 * The names that all programs of this machine know. A name is removed when the child ends that made
 * it.
 */
export const machineNames: Names = {
  create(name, size) {
    // It gets its name when it has its size, so nobody finds it before.
    const draft = fileOf(`nproc_draft_${crypto.randomUUID()}`);
    const remove = keepDraft(draft);
    try {
      const inode = makeFile(draft, name, size);
      const file = fileOf(name);
      keepName({ file, inode }, () => fs.linkSync(draft, file));
      return mapped(draft, size);
    } catch (error) {
      throw systemFault("create", name, error);
    } finally {
      remove();
    }
  },

  attach(name) {
    const fd = open(name);
    try {
      const { size, blocks } = fs.fstatSync(fd);
      if (size === 0) throw nameFault("attach", name, "it is empty");
      // Other programs may leave it to the system to give memory when it is touched.
      if (blocks * blockSize < size) reserveAll(fd, "attach", name, size);
      return mapNamed(name, size);
    } finally {
      fs.closeSync(fd);
    }
  },

  unlink(name) {
    const file = fileOf(name);
    try {
      const { ino: inode } = fs.lstatSync(file);
      fs.unlinkSync(file);
      forgetName({ file, inode });
      return true;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw systemFault("unlink", name, error);
    }
  },
};

/** What the system counts a file's memory in, in bytes. */
const blockSize = 512;

/**
 * Has the system give all of the memory before it is touched, which it could refuse by a signal
 * only.
 */
function reserveAll(fd: number, action: string, name: string, size: number): void {
  if (reserve(fd, 0, size)) return;
  const { message } = nameFault(action, name, `there are no ${size} bytes left in `);
  throw new RangeError(message + whereIs({ path: fileOf(name) }));
}

/** Makes a file of zeros, and gives its inode. */
function makeFile(file: string, name: string, size: number): number {
  const fd = fs.openSync(file, "wx+", 0o600);
  try {
    fs.ftruncateSync(fd, size);
    reserveAll(fd, "create", name, size);
    return fs.fstatSync(fd).ino;
  } finally {
    fs.closeSync(fd);
  }
}

function open(name: string): number {
  try {
    return fs.openSync(fileOf(name), "r+");
  } catch (error) {
    throw systemFault("attach", name, error);
  }
}

/** Maps what has that name, which somebody may have removed meanwhile. */
function mapNamed(name: string, size: number): NamedMemory {
  try {
    return mapped(fileOf(name), size);
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? systemFault("attach", name, error) : error;
  }
}

function mapped(file: string, size: number): NamedMemory {
  const buffer = mapShared(file, size);
  return { bytes: new Uint8Array(buffer), close: () => unmapLater(buffer) };
}
