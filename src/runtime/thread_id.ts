/**
 * Process ids for threads, which have none of their own.
 *
 * @module
 * @internal
 */

import process from "node:process";

/** How many threads a process can number before a number comes again. */
export const perProcess: number = 2 ** 16;

/** The count of threads started in this process, one for all its threads: they can nest. */
let counter: Int32Array | undefined;

/** The memory of the count, for a thread to be started with. */
export function threadCounter(): Int32Array {
  return counter ??= new Int32Array(new SharedArrayBuffer(4));
}

/** Takes over the count of the thread that started this one. */
export function adoptThreadCounter(shared: Int32Array): void {
  counter = shared;
}

/** A number that no other live child has: the process' own id, and a count of its threads. */
export function newThreadId(): number {
  const count = Atomics.add(threadCounter(), 0, 1) >>> 0;
  return process.pid * perProcess + 1 + count % (perProcess - 1);
}

/** Which of its process' threads this is, from 1. The main thread, which was not started, is 0. */
export function threadNumber(id: number): number {
  return id % perProcess;
}
