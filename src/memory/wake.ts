/**
 * How sleepers are woken: see `sleep.ts`.
 *
 * @module
 * @internal
 */

import type { Arena } from "./arena.ts";
import { announceWake } from "./wake_port.ts";

// How somebody sleeps, as bits of a futex' second word.
/** As threads do; or as a process that hears messages. */
export const listening = 1;
/** As a process does whose thread is blocked, where the system can wake it. */
export const inSystem = 2;

/** Says that something has changed on a futex' two words. Costs a load where nobody sleeps. */
export function wakeFutex(arena: Arena, word: number): void {
  if (Atomics.load(arena.words, word + 1) !== 0) wakeAll(arena, word);
}

function wakeAll(arena: Arena, word: number): void {
  const sleepers = Atomics.exchange(arena.words, word + 1, 0);
  if (sleepers === 0) return;
  Atomics.add(arena.words, word, 1);
  wakeSleepers(arena, word, sleepers);
}

/** Wakes all who sleep on a word of an arena in one of these ways. */
function wakeSleepers(arena: Arena, word: number, sleepers: number): void {
  if (arena.method === "worker") {
    Atomics.notify(arena.words, word);
    return;
  }
  if ((sleepers & inSystem) !== 0) arena.futex?.wake(word * 4);
  if ((sleepers & listening) !== 0) announceWake(word);
}
