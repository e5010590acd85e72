/**
 * Removes the names of shared memory that this program made and did not unlink: at its end, and where
 * it has no chance to, as after a kill, by a process that outlives it for that moment. That process
 * is a shell which waits for the end of a pipe that only this child holds open. What it is to remove
 * stands in a file, since what is written to a pipe may still be on its way when a child is killed.
 *
 * A child keeps a name until its parent does: see `process/names.ts`.
 *
 * @module
 * @internal
 */

import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { mayRun } from "./deno_permissions.ts";

const shell = "/bin/sh";

/** Standard output is the file, open for reading too. A name that is another file's by now stays. */
const script = `read -r _
while IFS= read -r line; do
  inode=\${line%% *}
  file=\${line#* }
  case $(ls -di -- "$file" 2>&-) in
    *"$inode $file") rm -f -- "$file" ;;
  esac
done <&1`;

/** The next keeper of this child's names. */
interface Keepers {
  keep(file: string, inode: number): void;
  forget(file: string): void;
  /** Whether all that it was told will come there, even if this child ends now. */
  readonly hasHeard: boolean;
}

/** What watches this child as long as it keeps names. */
interface Watch {
  /** The file of the names. Each watch has its own: the last one may not have read its yet. */
  readonly list: number;
  /** Absent without permission to run a shell: only a kill then leaves something behind. */
  readonly shell: ChildProcess | undefined;
}

/** The files that this child keeps, by their inodes. */
const kept = new Map<string, number>();
let watch: Watch | undefined;
let keepers: Keepers | undefined;
let isAtExit = false;

/** Has a keeper told of each name; it answers by `releaseName`. */
export function connectKeepers(others: Keepers): void {
  keepers = others;
}

/** Has a file removed when this child ends, however it does. Its path must not hold a line break. */
export function keepName(file: string, inode: number): void {
  if (!isAtExit) process.on("exit", removeAll);
  isAtExit = true;
  kept.set(file, inode);
  watch ??= startWatch();
  writeList(watch.list);
  keepers?.keep(file, inode);
}

/** Says that a name is gone. */
export function forgetName(file: string): void {
  drop(file);
  keepers?.forget(file);
}

/** Leaves a name to another keeper, unless its file is a new one by now. */
export function releaseName(file: string, inode: number): void {
  if (kept.get(file) === inode) drop(file);
}

function drop(file: string): void {
  if (!kept.delete(file) || watch === undefined) return;
  writeList(watch.list);
  if (kept.size > 0) return;
  watch.shell?.stdin?.destroy();
  fs.closeSync(watch.list);
  watch = undefined;
}

function writeList(fd: number): void {
  const lines = [...kept].map(([file, inode]) => `${inode} ${file}\n`);
  const bytes = new TextEncoder().encode(lines.join(""));
  // At a position, so that the shell, which has the same descriptor, reads from the beginning.
  fs.writeSync(fd, bytes, 0, bytes.length, 0);
  fs.ftruncateSync(fd, bytes.length);
}

function unlinkedFile(): number {
  const folder = process.platform === "linux" ? "/dev/shm" : os.tmpdir();
  const file = path.join(folder, `nproc-${process.pid}-${crypto.randomUUID()}`);
  const fd = fs.openSync(file, "wx+", 0o600);
  fs.unlinkSync(file);
  return fd;
}

function startWatch(): Watch {
  const list = unlinkedFile();
  const mayStart = process.platform !== "win32" && (!("Deno" in globalThis) || mayRun(shell));
  return { list, shell: mayStart ? startShell(list) : undefined };
}

function startShell(list: number): ChildProcess {
  const started = spawn(shell, ["-c", script], {
    stdio: ["pipe", list, "ignore"],
    // Out of reach of a signal to this child's group.
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
  });
  // No shell, or no more processes: the same as no permission.
  started.on("error", () => {});
  started.unref();
  (started.stdin as { unref?(): void } | null)?.unref?.();
  return started;
}

function removeAll(): void {
  if (keepers?.hasHeard !== true) {
    for (const [file, inode] of kept) {
      const found = fs.statSync(file, { throwIfNoEntry: false });
      if (found?.ino === inode) fs.rmSync(file, { force: true });
    }
  }
  for (const file of [...kept.keys()]) drop(file);
}
