/**
 * Files that are memory: processes share what is in them.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { atExit } from "./at_exit.ts";
import { capabilities } from "./capabilities.ts";
import { type MemoryFile, pathOfDescriptor } from "./inherited_files.ts";
import { openAnonymous } from "./anonymous_file.ts";
import { isRefusal, unlessRefused } from "./refusal.ts";
import { newFileName, removeStaleNames } from "./stale_files.ts";
import { temporaryFolder } from "./temporary_folder.ts";

export type { MemoryFile };

/** Where Linux keeps files in memory. A container may have little of it: Docker's has 64 MiB. */
const memoryFolder = "/dev/shm";

/** The folders that such files can be in, the best first. */
const folders = (): readonly string[] =>
  process.platform === "linux" ? [memoryFolder, temporaryFolder()] : [temporaryFolder()];

/** How many bytes a folder has room for; `Infinity` where Deno does not let the program ask. */
function roomIn(folder: string): number {
  if (!capabilities.permits("sys")) return Infinity;
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return 0;
  }
}

/** A new file, under a name that no thread of any process has used. */
function openNew(folder: string): { fd: number; file: string } {
  const file = newFileName(folder);
  return { fd: fs.openSync(file, "wx+", 0o600), file };
}

function openUnlinkedIn(folder: string): number {
  removeStaleNames(folder);
  const { fd, file } = openNew(folder);
  // If this process stood still for a minute, another program may have removed the name.
  fs.rmSync(file, { force: true });
  // Without a name nobody finds it but those who are handed it, also after this program has changed
  // its user.
  fs.fchmodSync(fd, 0o666);
  return fd;
}

/**
 * Opens a file, in memory on Linux, that has no name any more: nothing is left behind after a kill.
 * `size` is how many bytes will be written to it.
 */
export function openUnlinked(size: number): number {
  const [first, ...others] = folders();
  return openUnlinkedIn([first!, ...others].find((folder) => roomIn(folder) >= size) ?? first!);
}

/** What others reach through its descriptor, on Linux. */
function reachedByDescriptor(fd: number, size: number): MemoryFile {
  try {
    fs.ftruncateSync(fd, size);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return { fd, path: pathOfDescriptor(fd), close: () => fs.closeSync(fd) };
}

/**
 * Elsewhere than on Linux others need a name; it goes when this process closes the file, or ends.
 */
function namedFile(size: number): MemoryFile {
  const { fd, file } = openNew(temporaryFolder());
  const unlink = () => fs.rmSync(file, { force: true });
  const close = () => {
    fs.closeSync(fd);
    unlink();
    callOff();
  };
  const callOff = atExit(unlink);
  try {
    fs.ftruncateSync(fd, size);
  } catch (error) {
    close();
    throw error;
  }
  return { fd, path: file, close };
}

/**
 * Deno lets only a program that may do everything (`-A`) open what is below /dev and /proc.
 */
function isReachable({ path }: Pick<MemoryFile, "path">, flags: string = "r+"): boolean {
  try {
    fs.closeSync(fs.openSync(path, flags));
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

/** A file of a folder on Linux, which others reach. */
function fileIn(folder: string, size: number): MemoryFile {
  const file = reachedByDescriptor(openUnlinkedIn(folder), size);
  if (folder === memoryFolder || isReachable(file)) return file;
  file.close();
  return namedFile(size);
}

/** Whether this program may make such files; Deno would ask the user for what is missing. */
export function mayUseFiles(): boolean {
  return capabilities.permits("read") && capabilities.permits("write");
}

/** Writes bytes from the beginning of a file, however many writes that takes. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += fs.writeSync(fd, bytes, at, bytes.length - at, at);
  }
}

/** Writes bytes to a new file. The system gives their memory now, or refuses it now. */
function filled(file: MemoryFile, bytes: Uint8Array): MemoryFile {
  try {
    writeWhole(file.fd, bytes);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Makes a file of these bytes, all of which are the system's already: no mapping of it fails when
 * it is touched. `undefined` where the program may not make files, or no folder has room.
 */
export function createFilledFile(bytes: Uint8Array): MemoryFile | undefined {
  if (!mayUseFiles()) return undefined;
  for (const folder of process.platform === "linux" ? folders() : []) {
    if (roomIn(folder) < bytes.length) continue;
    const file = unlessRefused(() => filled(fileIn(folder, bytes.length), bytes));
    if (file !== undefined) return file;
  }
  return unlessRefused(() => filled(namedFile(bytes.length), bytes));
}

/**
 * Makes a file that holds bytes, which is closed as soon as they were read; `undefined` where it
 * may not, the system refuses it, or memory is scarce: half of what there is stays for others.
 */
export function passByFile(bytes: Uint8Array): MemoryFile | undefined {
  if (!mayUseFiles() || roomIn(folders()[0]!) < 2 * bytes.length) return undefined;
  return createFilledFile(bytes);
}

/**
 * Makes a file of zeros that takes no memory where it was not written. Where /dev/shm has no room
 * for all of it, it is in memory that has no limit of its own, and otherwise in a temporary folder.
 *
 * Memory is not the system's before it is asked for: who maps the file calls `reserve` of
 * `mapping.ts` before it touches a part.
 */
export function createSparseFile(size: number): MemoryFile {
  if (process.platform !== "linux") return namedFile(size);
  const roomy = folders().filter((folder) => roomIn(folder) >= size);
  const inMemory = () => fileIn(memoryFolder, size);
  return (roomy.includes(memoryFolder) ? unlessRefused(inMemory) : undefined) ??
    unlessRefused(() => anonymousFile(size)) ??
    unlessRefused(() => fileIn(roomy.at(-1) ?? memoryFolder, size)) ??
    namedFile(size);
}

/**
 * A file in memory that no folder limits, as far as this runtime can ask for one and others reach
 * it.
 */
function anonymousFile(size: number): MemoryFile | undefined {
  // Asked first, as that costs less than to load an FFI.
  if (!isReachable({ path: "/proc/self/stat" }, "r")) return undefined;
  const fd = openAnonymous();
  if (fd === undefined) return undefined;
  const file = reachedByDescriptor(fd, size);
  if (isReachable(file)) return file;
  file.close();
  return undefined;
}

/**
 * Where the memory of a file is, how much there is in all, and what to do where that is too little.
 */
export function whereIs({ path: file }: Pick<MemoryFile, "path">): string {
  const target = unlessRefused(() => fs.readlinkSync(file)) ?? file;
  if (target.startsWith("/memfd:")) {
    return "memory that is limited by the machine's, or the container's: raise that limit";
  }
  const folder = path.dirname(target);
  const room = unlessRefused(() => fs.statfsSync(folder));
  const size = room === undefined ? "" : ` of ${room.blocks * room.bsize} bytes`;
  return folder === memoryFolder
    ? `${folder}${size}: make it larger (Docker: --shm-size=1g; Kubernetes: an emptyDir of medium Memory)`
    : `${folder}${size}: make it larger`;
}
