/**
 * Removes the names of shared memory that this program made and did not unlink: at its end, and where
 * it has no chance to, as after a kill, by a process that outlives it for that moment. That process
 * is a shell which waits for the end of a pipe that only this child holds open. What it is to remove
 * stands in a file, since what is written to a pipe may still be on its way when a child is killed.
 *
 * A child keeps a name until its parent does, and does not end by itself before: see
 * `process/names.ts`.
 *
 * @module
 * @internal
 */

import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { isMainThread } from "node:worker_threads";
import { atExit } from "./at_exit.ts";
import { capabilities } from "./capabilities.ts";
import { isRefusal, openUnlinked, writeWhole } from "./memory_file.ts";

const shell = "/bin/sh";

/** In place of the inode of a file that nobody else makes: it is removed whatever it is. */
const anyInode = 0;

/** Standard output is the file, open for reading too. A name that is another file's by now stays. */
const script = `read -r _
while IFS= read -r line; do
  inode=\${line%% *}
  file=\${line#* }
  case $(ls -di -- "$file" 2>&-) in
    *"$inode $file") rm -f -- "$file" ;;
    ?*) [ "$inode" = ${anyInode} ] && rm -f -- "$file" ;;
  esac
done <&1`;

/** A name, as the path of its file, and which file of that path is meant. */
export interface KeptName {
  readonly file: string;
  readonly inode: number;
}

/** The next keeper of this child's names. */
interface Keepers {
  keep(name: KeptName): void;
  forget(name: KeptName): void;
}

/** What watches this child as long as it keeps names. */
interface Watch {
  /** The file of the names. Each watch has its own: the last one may not have read its yet. */
  readonly list: number;
  /** Absent without permission to run a shell: only a kill then leaves something behind. */
  readonly shell: ChildProcess | undefined;
}

/** The names that this child keeps, by their lines in the file. */
const kept = new Map<string, KeptName>();
const lineOf = ({ file, inode }: KeptName): string => `${inode} ${file}\n`;
let watch: Watch | undefined;
/** How long a watch goes on without a name, in milliseconds: to start one takes as long as 50 names. */
const lingering = 50;
let endOfWatch: NodeJS.Timeout | undefined;
/** Keeps this child from ending by itself before its keeper has its names. */
let wait: NodeJS.Timeout | undefined;
/** The longest time that a timer can count. */
const longest = 2 ** 31 - 1;
let keepers: Keepers | undefined;
let isAtExit = false;

/** Has a keeper told of each name; it answers by `releaseName`. */
export function connectKeepers(others: Keepers): void {
  keepers = others;
}

/**
 * Has a file removed when this child ends, however it does: called before there is the file, so that
 * it never is without. Its path must not hold a line break.
 */
export function keepName(name: KeptName): void {
  add(name);
  if (keepers === undefined) return;
  keepers.keep(name);
  wait ??= setInterval(() => {}, longest);
}

/** Says that a name is gone. */
export function forgetName(name: KeptName): void {
  releaseName(name);
  keepers?.forget(name);
}

/** Leaves a name to another keeper. */
export function releaseName(name: KeptName): void {
  if (!kept.delete(lineOf(name)) || watch === undefined) return;
  writeList(watch.list);
  if (kept.size > 0) return;
  clearInterval(wait);
  wait = undefined;
  // On Deno what a thread has not closed is open until its process ends.
  if (!isMainThread) endWatch();
  else endOfWatch = setTimeout(endWatch, lingering).unref();
}

/** Has a file that nobody else makes removed, unless what this gives is called first. */
export function keepDraft(file: string): () => void {
  const name = { file, inode: anyInode };
  add(name);
  return () => {
    fs.rmSync(file, { force: true });
    releaseName(name);
  };
}

function add(name: KeptName): void {
  if (!isAtExit) atExit(removeAll);
  isAtExit = true;
  clearTimeout(endOfWatch);
  watch ??= startWatch();
  kept.set(lineOf(name), name);
  writeList(watch.list);
}

function endWatch(): void {
  watch?.shell?.stdin?.destroy();
  if (watch !== undefined) fs.closeSync(watch.list);
  watch = undefined;
}

/**
 * Writes the names of now. Where the system has no room for them, the list has fewer: only a kill then
 * leaves something behind. A line without its end is none to the shell.
 */
function writeList(fd: number): void {
  const bytes = new TextEncoder().encode([...kept.keys()].join(""));
  try {
    // From the beginning, so that the shell, which has the same descriptor, reads from there.
    writeWhole(fd, bytes);
    fs.ftruncateSync(fd, bytes.length);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** How many bytes of names there is to be room for at first. */
const usualList = 64 * 1024;

function startWatch(): Watch {
  const list = openUnlinked(usualList);
  const mayStart = process.platform !== "win32" && capabilities.mayRun(shell);
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
  for (const name of kept.values()) {
    const found = fs.statSync(name.file, { throwIfNoEntry: false });
    const isOurs = found?.ino === name.inode || name.inode === anyInode;
    if (isOurs) fs.rmSync(name.file, { force: true });
    releaseName(name);
  }
  endWatch();
}
