/**
 * Files that are memory: processes share what is in them.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { granted } from "./deno_permissions.ts";
import { pathOfDescriptor } from "./inherited_files.ts";

/** A file of a fixed size, which takes no memory where it was not written. */
export interface MemoryFile {
  readonly fd: number;
  /** Where others open it, while this process has not closed it. */
  readonly path: string;
  close(): void;
}

/** A new file, under a name that no thread of any process has used. */
function openNew(folder: string): { fd: number; file: string } {
  const file = path.join(folder, `nproc-${process.pid}-${crypto.randomUUID()}`);
  return { fd: fs.openSync(file, "wx+", 0o600), file };
}

/** Opens a file, in memory on Linux, that has no name any more: nothing is left behind after a kill. */
export function openUnlinked(): number {
  const { fd, file } = openNew(process.platform === "linux" ? "/dev/shm" : os.tmpdir());
  fs.unlinkSync(file);
  // Without a name nobody finds it but those who are handed it, also after this program has changed its user.
  fs.fchmodSync(fd, 0o666);
  return fd;
}

/** On Linux others reach a file without a name through its descriptor. */
function unlinkedFile(size: number): MemoryFile {
  const fd = openUnlinked();
  fs.ftruncateSync(fd, size);
  return { fd, path: pathOfDescriptor(fd), close: () => fs.closeSync(fd) };
}

/** Elsewhere than on Linux others need a name; it goes when this process closes the file, or ends. */
function namedFile(size: number): MemoryFile {
  const { fd, file } = openNew(os.tmpdir());
  fs.ftruncateSync(fd, size);
  const unlink = () => fs.rmSync(file, { force: true });
  process.on("exit", unlink);
  return {
    fd,
    path: file,
    close: () => {
      fs.closeSync(fd);
      unlink();
      process.off("exit", unlink);
    },
  };
}

/** Whether this program may make such files; Deno would ask the user for what is missing. */
export function mayUseFiles(): boolean {
  return !("Deno" in globalThis) || (granted("read") && granted("write"));
}

/**
 * Whether the system, or Deno, has refused a file: EACCES, ENOENT (no /dev/shm), EROFS, EMFILE; or
 * that this program may do so.
 */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && ("code" in error || error.name === "NotCapable");
}

/** Makes a file that holds bytes; `undefined` where it may not, or the system refuses it. */
export function passByFile(bytes: Uint8Array): MemoryFile | undefined {
  if (!mayUseFiles()) return undefined;
  try {
    const file = createMemoryFile(bytes.length);
    fs.writeSync(file.fd, bytes, 0, bytes.length, 0);
    return file;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/** Makes a file of zeros. */
export function createMemoryFile(size: number): MemoryFile {
  if (process.platform !== "linux") return namedFile(size);
  try {
    return unlinkedFile(size);
  } catch (error) {
    // Deno lets only a program that may do everything (`-A`) open what is below /dev and /proc.
    if (!isRefusal(error)) throw error;
    return namedFile(size);
  }
}
