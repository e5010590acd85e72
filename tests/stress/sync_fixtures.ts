/** What children do with locks while some of them are killed. */

import {
  type Acquirable,
  type Barrier,
  BrokenBarrierError,
  type Condition,
  getContext,
  type Lock,
  type RawArray,
  type RLock,
  type StartMethod,
  task,
} from "../../mod.ts";
import { type Form, pause, spin } from "../fixtures.ts";

/** In shared memory. Of each hammerer: how many rounds it has begun and done, and so on. */
export type Counters = RawArray<"i">;
export const totalAt = 0;
export const stopAt = 1;
export const wordsOf = 4;
export const begunOf = (index: number): number => wordsOf * (index + 1);
export const doneOf = (index: number): number => begunOf(index) + 1;
export const holdsOf = (index: number): number => begunOf(index) + 2;
/** How often it found the lock abandoned. */
export const abandonedOf = (index: number): number => begunOf(index) + 3;

/**
 * Takes and releases a lock until it is told to stop, or ended. Gives its longest wait, in
 * milliseconds.
 */
export async function hammer(
  lock: Lock | RLock,
  form: Form,
  counters: Counters,
  index: number,
): Promise<number> {
  let longest = 0;
  while (Atomics.load(counters, stopAt) === 0) {
    const begun = performance.now();
    if (form === "sync") lock.acquireSync();
    else await lock.acquire();
    longest = Math.max(longest, performance.now() - begun);
    counters[holdsOf(index)] = 1;
    if (lock.abandoned) counters[abandonedOf(index)] = counters[abandonedOf(index)]! + 1;
    counters[begunOf(index)] = counters[begunOf(index)]! + 1;
    const total = counters[totalAt]!;
    if (index % 2 === 0) spin(0.05);
    else if (form === "async") await null;
    counters[totalAt] = total + 1;
    counters[doneOf(index)] = counters[doneOf(index)]! + 1;
    counters[holdsOf(index)] = 0;
    lock.release();
    // Also while nobody has it children die; and in this thread others have their turn.
    if (form === "async" || counters[doneOf(index)]! % 4 === 0) await pause(0);
    else spin(0.02);
  }
  return longest;
}
task(import.meta, hammer);

/** Waits for a condition again and again; counts its wake-ups. */
export async function waitAgainAndAgain(
  condition: Condition,
  form: Form,
  counters: Counters,
  index: number,
): Promise<void> {
  while (Atomics.load(counters, stopAt) === 0) {
    using _ = await condition.hold();
    counters[begunOf(index)] = counters[begunOf(index)]! + 1;
    if (form === "sync") condition.waitSync();
    else await condition.wait();
    counters[doneOf(index)] = counters[doneOf(index)]! + 1;
  }
}
task(import.meta, waitAgainAndAgain);

/** Waits at a barrier until that breaks; counts. */
export async function passAgainAndAgain(
  barrier: Barrier,
  form: Form,
  counters: Counters,
  index: number,
): Promise<void> {
  for (;;) {
    counters[begunOf(index)] = counters[begunOf(index)]! + 1;
    try {
      if (form === "sync") barrier.waitSync();
      else await barrier.wait();
    } catch (error) {
      if (error instanceof BrokenBarrierError) return;
      throw error;
    }
    counters[doneOf(index)] = counters[doneOf(index)]! + 1;
  }
}
task(import.meta, passAgainAndAgain);

/** Starts a child that acquires it, and waits for that child. */
export async function haveItHeld(
  method: StartMethod,
  lock: Acquirable,
  counters: Counters,
  depth: number,
): Promise<void> {
  if (depth === 0) {
    await lock.acquire();
    counters[holdsOf(0)] = 1;
    return await new Promise(() => setInterval(() => {}, 1 << 30));
  }
  const { Process } = getContext(method);
  const child = new Process({ target: haveItHeld, args: [method, lock, counters, depth - 1] });
  child.start();
  await child.join();
}
task(import.meta, haveItHeld);

export function passOnce(barrier: Barrier): Promise<number> {
  return barrier.wait();
}
task(import.meta, passOnce);
