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
import { checkMapping, mapShared, unmapLater } from "./mapping.ts";
import { mayUseFiles } from "./memory_file.ts";
import { forgetName, keepName } from "./name_keeper.ts";

function fileOf(name: string): string {
  return process.platform === "linux"
    ? path.join("/dev/shm", name)
    : path.join(os.tmpdir(), `nproc-shm-${name}`);
}

/**
 * Why this program cannot have such memory; `undefined` where it can.
 */
export function namedMemoryRefusal(): Error | undefined {
  if (!mayUseFiles()) {
    return new Error(
      "Cannot share memory by name as that needs files: allow it with --allow-read and --allow-write",
    );
  }
  try {
    checkMapping();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Memory that is found by a name, as far as those reach that know the same names. */
export interface Names {
  /**
   * Makes memory of that name, all zero, and holds it.
   *
   * @throws {Error} If there is memory of that name, or the system refuses it.
   */
  create(name: string, size: number): Hold;
  /**
   * Holds the memory of that name.
   *
   * @throws {Error} If there is none, or the system refuses it.
   */
  attach(name: string): Hold;
  /** Removes a name; `false` if there is none. Who holds the memory keeps it. */
  unlink(name: string): boolean;
}

/** A hold on named memory. */
export interface Hold {
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
  const code = codeOf(error);
  return nameFault(action, name, reasons[code] ?? `the system refuses it (${code})`, error);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

/** The names that all programs of this machine know. A name is removed when the child ends that made it. */
export const machineNames: Names = {
  create(name, size) {
    const file = fileOf(name);
    const fd = open(name, "wx+", "create");
    try {
      fs.ftruncateSync(fd, size);
      keepName(file, fs.fstatSync(fd).ino);
      return mapped(file, size);
    } catch (error) {
      machineNames.unlink(name);
      throw systemFault("create", name, error);
    } finally {
      fs.closeSync(fd);
    }
  },

  attach(name) {
    const fd = open(name, "r+", "attach");
    try {
      const { size } = fs.fstatSync(fd);
      if (size === 0) throw nameFault("attach", name, "it is empty");
      return mapped(fileOf(name), size);
    } finally {
      fs.closeSync(fd);
    }
  },

  unlink(name) {
    const file = fileOf(name);
    try {
      fs.unlinkSync(file);
      return true;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw systemFault("unlink", name, error);
    } finally {
      forgetName(file);
    }
  },
};

function open(name: string, flags: string, action: string): number {
  try {
    return fs.openSync(fileOf(name), flags, 0o600);
  } catch (error) {
    throw systemFault(action, name, error);
  }
}

function mapped(file: string, size: number): Hold {
  const buffer = mapShared(file, size);
  return { bytes: new Uint8Array(buffer), close: () => unmapLater(buffer) };
}
