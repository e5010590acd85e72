/**
 * How a child sleeps on a word. A thread has `Atomics.wait` and `waitAsync`. They work on memory of
 * a `SharedArrayBuffer` alone, not on a mapping, so processes are woken by messages: see
 * `wake_port.ts`; or, where their threads are blocked, by the system's own futex. Everyone also
 * looks up from time to time, which bounds what a busy process on a message's way can cost, and how
 * late the death of a lock's owner is seen.
 *
 * @module
 * @internal
 */

import { inBackground, inForeground } from "../runtime/timers.ts";
import { allocate, type Block } from "./allocator.ts";
import type { Arena } from "./arena.ts";
import { letPass } from "../wait/let_pass.ts";
import { announceSleep, onWake } from "./wake_port.ts";
import { inSystem, listening } from "./wake.ts";

/** A sleep on a word that has this value. */
interface Sleep {
  readonly word: number;
  readonly count: number;
  /** How long at most, in milliseconds. */
  readonly time: number;
}

/** A sleep that lets the event loop go on. */
export interface AsyncSleep extends Sleep {
  /** How often this wait has slept before. */
  readonly round: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the program may end meanwhile. */
  readonly isIdle: boolean;
}

/** A sleep that blocks the thread. */
export interface SyncSleep extends Sleep {
  /** For how long this wait has slept already, in milliseconds. */
  readonly slept: number;
}

/** The longest sleep of a thread, and of a process, before it looks up; in milliseconds. */
const longestThreadSleep = 100;
const longestProcessSleep = 50;

/** Who sleeps here on a word, and the value that the word had when the first lay down. */
interface ParkedWaiters {
  readonly count: number;
  readonly sleepers: Set<() => void>;
}

const parked = {
  worker: new Map<number, ParkedWaiters>(),
  process: new Map<number, ParkedWaiters>(),
};

/** Sleeps until the word was changed, the time is over, or the signal is aborted. */
export function sleep(
  arena: Arena,
  { word, count, round, time, signal, isIdle }: AsyncSleep,
): Promise<void> {
  const longest = arena.method === "worker"
    ? longestThreadSleep
    : Math.min(2 ** round, longestProcessSleep);
  return new Promise((resolve) => {
    const up = () => {
      cancel();
      signal?.removeEventListener("abort", up);
      sleepers?.delete(up);
      resolve();
    };
    const sleepers = park(arena, word, count);
    if (sleepers === undefined) return resolve();
    sleepers.add(up);
    // Keeps the program alive, which `waitAsync` does not on Deno and Node.
    const cancel = (isIdle ? inBackground : inForeground)(Math.min(time, longest), up);
    signal?.addEventListener("abort", up);
  });
}

/** Gives who sleeps on the word until it changes; `undefined` if it has changed. */
function park(arena: Arena, word: number, count: number): Set<() => void> | undefined {
  const known = parked[arena.method].get(word);
  if (known?.count === count) return known.sleepers;
  const waiters: ParkedWaiters = { count, sleepers: new Set() };
  if (arena.method === "worker") {
    const wait = Atomics.waitAsync(arena.words, word, count);
    if (!wait.async) return undefined;
    void wait.value.then(() => unpark(parked.worker, word, waiters));
  } else announceSleep(word, count);
  parked[arena.method].set(word, waiters);
  return waiters.sleepers;
}

function unpark(of: Map<number, ParkedWaiters>, word: number, waiters: ParkedWaiters): void {
  if (of.get(word) === waiters) of.delete(word);
  for (const up of [...waiters.sleepers]) up();
}

onWake((word) => {
  const waiters = parked.process.get(word);
  if (waiters !== undefined) unpark(parked.process, word, waiters);
});

/**
 * How a blocked child of an arena sleeps; 0 if it cannot be woken, and looks up again and again.
 */
export function blocked(arena: Arena): number {
  if (arena.method === "worker") return listening;
  return arena.futex === undefined ? 0 : inSystem;
}

/**
 * The shortest sleep of a blocked process, in milliseconds; and as a part of what it slept so far.
 */
const shortestNap = 0.05;
const napShare = 1 / 8;
const longestNap = 2;

/** Where this process keeps the time of its sleeps for the system. */
let timespec: Block | undefined;
const timespecSize = 16;

/** Blocks this thread until the word was changed or the time is over. */
export function sleepSync(arena: Arena, { word, count, slept, time }: SyncSleep): void {
  if (arena.method === "worker") {
    Atomics.wait(arena.words, word, count, Math.min(time, longestThreadSleep));
    return;
  }
  if (arena.futex !== undefined) {
    timespec ??= allocate("process", timespecSize);
    arena.futex.wait(word * 4, count, Math.min(time, longestThreadSleep), timespec.word * 4);
    return;
  }
  const nap = Math.max(shortestNap, Math.min(slept * napShare, longestNap));
  letPass(Math.min(time, nap));
}

/** Tells the processor that this is a spin, where the runtime can. */
export const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});
