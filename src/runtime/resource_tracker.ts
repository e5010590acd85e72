/**
 * Removes the names of shared memory that this program made and did not unlink: at its end, and
 * where it has no chance to, as after a kill, by a process that outlives it for that moment. That
 * process is a shell which waits for the end of a pipe that only this child holds open. What it is
 * to remove stands in a file, since what is written to a pipe may still be on its way when a child
 * is killed.
 *
 * A child keeps a name until its parent does, and does not end by itself before: see
 * `process/names.ts`.
 *
 * @module
 * @internal
 */

import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { isMainThread } from "node:worker_threads";
import { atExit } from "./at_exit.ts";
import { openUnlinked } from "./memory_file.ts";
import { anyInode, endShell, startShell, writeList } from "./names_shell.ts";
import { dropShell, hasShell, noteShell } from "./thread_id.ts";

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
/**
 * How long a watch goes on without a name, in milliseconds: to start one takes as long as 50 names.
 */
const lingering = 50;
let endOfWatch: NodeJS.Timeout | undefined;
/**
 * How long until the first look for names that are gone, in milliseconds. Each takes twice as long
 * as the last.
 */
const firstLook = 50;
const longestLook = 60_000;
let nextLook: NodeJS.Timeout | undefined;
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
 * Has a file that `make` makes removed when this child ends, however it does. Its path must not
 * hold a line break.
 */
export function keepName(name: KeptName, make: () => void): void {
  // Before there is the file, so that it never is without.
  add(name);
  try {
    make();
  } catch (error) {
    releaseName(name);
    throw error;
  }
  // After it was made: the shell may have looked before.
  if (isUnwatched()) remove(name);
  tellKeepers(name);
}

/** Keeps the name that another child has made and still keeps, unless it is gone already. */
export function takeOverName(name: KeptName): void {
  if (!isThere(name)) return;
  add(name);
  tellKeepers(name);
}

function tellKeepers(name: KeptName): void {
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
  writeList(watch.list, kept.keys());
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
  writeList(watch.list, kept.keys());
}

/** Ends the shell of a thread that has ended. The names that this child keeps from here on stay. */
export function endShellOf(pid: number): void {
  endShell(pid, (line) => kept.has(line));
}

/**
 * Looks for names that are gone, now and then as long as this child keeps any: the shell of a child
 * that was killed may have removed them, before the child has heard that they are kept here.
 */
export function lookForGone(): void {
  clearTimeout(nextLook);
  lookIn(firstLook);
}

function lookIn(delay: number): void {
  if (kept.size === 0) return;
  nextLook = setTimeout(() => {
    for (const name of kept.values()) if (!isThere(name)) forgetName(name);
    lookIn(Math.min(2 * delay, longestLook));
  }, delay).unref();
}

function endWatch(): void {
  if (watch === undefined) return;
  const { shell, list } = watch;
  if (shell?.pid !== undefined) dropShell(shell.pid);
  shell?.stdin?.destroy();
  fs.closeSync(list);
  watch = undefined;
}

/** How many bytes of names there is to be room for at first. */
const usualList = 64 * 1024;

function startWatch(): Watch {
  const list = openUnlinked(usualList);
  const shell = startShell(list);
  // A thread that was declared dead while the shell started is told nothing more.
  if (shell?.pid !== undefined && !noteShell(shell.pid)) endShellOf(shell.pid);
  return { list, shell };
}

/**
 * Whether this thread was declared dead, and so its shell removes nothing any more. On Deno that
 * may be so until the thread returns to its event loop.
 */
function isUnwatched(): boolean {
  const pid = watch?.shell?.pid;
  return pid !== undefined && !hasShell(pid);
}

function removeAll(): void {
  for (const name of kept.values()) {
    remove(name);
    releaseName(name);
  }
  endWatch();
}

/** Removes a name, unless it is another file's by now. */
function remove(name: KeptName): void {
  if (name.inode === anyInode || isThere(name)) fs.rmSync(name.file, { force: true });
}

/** Whether a name is still that file's. */
function isThere({ file, inode }: KeptName): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.ino === inode;
}
