/**
 * Process ids for threads, which have none of their own; what tells this process from others that
 * had its id before; and which shell watches a thread.
 *
 * A thread's id is its process' id, and a number. A process keeps a word for each number, which all
 * its threads share, and a number is taken by compare-and-swap: so two threads, or two copies of
 * this package, never take the same, and none is given again as long as its thread lives.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { bootNote } from "./boot.ts";
import { layoutVersion, record } from "./program_record.ts";

/** How many numbers there are. The main thread, which was not started, is 0. */
export const perProcess: number = 2 ** 14;

// The words, by their numbers. In place of the main thread's: where to look for a free one first,
// so that a number that is free again rests for as long as it can.
const nextAt = 0;
/** Behind the others: the stamp of the process. */
const stampAt = perProcess;
/** Then a word for each number again: the shell that watches the thread, see `noteShell`. */
const shellsAt = stampAt + 1;
const wordCount = shellsAt + perProcess;

/**
 * In the word of a number that is taken: a mark, and the number of the thread that has taken it.
 */
const TAKEN = 1 << 30;
/** The thread has started others. */
const PARENT = 1 << 29;
const parentMask = perProcess - 1;

/** In place of a shell's process id. No process has these. */
const noShell = 0;
/** The thread has ended. */
const ENDED = -1;

/** The memory of the numbers, for a thread to be started with. */
export function threadNumbers(): Int32Array {
  return record.numbers ??= new Int32Array(new SharedArrayBuffer(wordCount * 4));
}

/** Takes over the numbers of the thread that started this one. */
export function adoptThreadNumbers(shared: Int32Array): void {
  record.numbers = shared;
}

/** What this thread was started as, by a copy of this package that has the same memory. */
const ownNote = () => {
  const note = bootNote();
  return note?.layout === layoutVersion ? note : undefined;
};

/** Who this thread is among those of its process; `undefined` for the main thread. */
export const ownThread = ():
  | { pid: number; memberId: number; parentMemberId: number }
  | undefined => ownNote()?.thread;

/**
 * An id that no other live child has, until `freeThreadId`.
 *
 * @throws {RangeError} If all are taken.
 */
export function newThreadId(): number {
  const numbers = threadNumbers();
  const parent = threadNumber(ownThread()?.pid ?? 0);
  const first = Atomics.add(numbers, nextAt, 1) >>> 0;
  for (let i = 0; i < perProcess - 1; i++) {
    const number = 1 + (first + i) % (perProcess - 1);
    if (Atomics.compareExchange(numbers, number, 0, TAKEN | parent) !== 0) continue;
    Atomics.store(numbers, shellsAt + number, noShell);
    if (i > 0) Atomics.store(numbers, nextAt, first + i + 1);
    if (parent > 0) Atomics.or(numbers, parent, PARENT);
    return process.pid * perProcess + number;
  }
  throw new RangeError(
    `Cannot start a worker as this process has ${
      perProcess - 1
    } of them: wait for some to end first`,
  );
}

/**
 * Gives back the number of a thread that has ended, and the numbers of the threads that it has
 * started. Returns the process ids of the shells that those threads have noted.
 */
export function freeThreadId(id: number): number[] {
  const numbers = threadNumbers();
  const shells: number[] = [];
  const ended = [threadNumber(id)];
  for (let number = ended.pop(); number !== undefined; number = ended.pop()) {
    const shell = Atomics.exchange(numbers, shellsAt + number, ENDED);
    if (shell > 0) shells.push(shell);
    const was = Atomics.exchange(numbers, number, 0);
    if ((was & PARENT) === 0) continue;
    for (let other = 1; other < perProcess; other++) {
      const word = Atomics.load(numbers, other);
      if ((word & TAKEN) !== 0 && (word & parentMask) === number) ended.push(other);
    }
  }
  return shells;
}

/**
 * The index of the word for the shell of this thread; `undefined` for a thread without a number.
 */
function ownShellAt(): number | undefined {
  const thread = ownThread();
  return thread && shellsAt + threadNumber(thread.pid);
}

/**
 * Notes the shell that watches this thread, for `freeThreadId` to return it. `false` if this thread
 * was already declared dead, which Deno does before a thread has stopped: then nobody reads the
 * note.
 */
export function noteShell(pid: number): boolean {
  const at = ownShellAt();
  return at === undefined || Atomics.compareExchange(threadNumbers(), at, noShell, pid) === noShell;
}

/** Takes the note back, before the shell ends: its process id may then become another process'. */
export function dropShell(pid: number): void {
  const at = ownShellAt();
  if (at !== undefined) Atomics.compareExchange(threadNumbers(), at, pid, noShell);
}

/**
 * Whether this thread's note of that shell is still there, so that the thread was not declared
 * dead.
 */
export function hasShell(pid: number): boolean {
  const at = ownShellAt();
  return at === undefined || Atomics.load(threadNumbers(), at) === pid;
}

/** Which of its process' threads this is, from 1; 0 for the main thread. */
export function threadNumber(id: number): number {
  return id % perProcess;
}

/** A number that tells two children apart that have the same id, one after the other. Never 0. */
export function newStamp(): number {
  return 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % (2 ** 31 - 2);
}

/** The stamp of this process, which all its threads have. */
export function processStamp(): number {
  const numbers = threadNumbers();
  const known = Atomics.load(numbers, stampAt);
  if (known !== 0) return known;
  const note = ownNote();
  const stamp = note?.method === "process" ? note.stamp : newStamp();
  return Atomics.compareExchange(numbers, stampAt, 0, stamp) || stamp;
}

/** The stamp of the process that started this one. */
export const parentStamp = (): number | undefined => ownNote()?.parentStamp;
