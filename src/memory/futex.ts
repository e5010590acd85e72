/**
 * Sleeping on a word of an arena until another child says that something has changed: the one
 * place where this package waits for shared memory.
 *
 * A futex is two words: a count of changes, and whether anybody may be asleep. Who changes
 * something wakes all sleepers, and each looks for itself whether it can go on. So nobody is chosen
 * who could be gone meanwhile: a wait that is given up takes no wake-up with it and leaves nothing.
 *
 * Why none is missed: a sleeper reads the count, says that it sleeps, looks once more, and sleeps
 * only if the count is still the same. Who changes something does so before it looks for sleepers.
 *
 * @module
 * @internal
 */

import type { Arena } from "./arena.ts";
import { checkWait, countdown, type WaitOptions } from "../wait/latch.ts";
import { blocked, pause, sleep, sleepSync } from "./sleep.ts";
import { listening, wakeFutex } from "./wake.ts";

// A look costs a hundredth of a microsecond, a sleep and its end fifty and more. So whoever waits
// looks for a while first: longer where the wait before was a short one. All in milliseconds.
const shortWait = 0.5;
const longSpin = 0.1;
const shortSpin = 0.005;

/** How a wait goes on between two looks. */
export interface WaitPolicy {
  /** How long the next sleep may last, in milliseconds; `undefined`: as long as it likes. */
  longest(): number | undefined;
  /** Whether the program may end meanwhile: nobody wants what is waited for. */
  readonly isIdle?: boolean;
}

/**
 * After so many long spins in vain there are short ones only, first so many, then twice as many
 * each time.
 */
const vainSpins = 2;
const fewestShort = 8;
const mostShort = 256;

/** How long to look before a sleep: what the waits before have taught. */
export interface SpinPolicy {
  /** In milliseconds. */
  spin: number;
  /** How many long spins in a row were in vain. */
  vain: number;
  /** How many short waits go by before a long spin is tried again, and how many did last time. */
  pauses: number;
  lastPauses: number;
}

/** Begins as if the wait before had been a short one. */
export const newSpinPolicy = (): SpinPolicy => ({
  spin: longSpin,
  vain: 0,
  pauses: 0,
  lastPauses: 0,
});

const steady: WaitPolicy = { longest: () => undefined };

/** How what must only not be missed is waited for: that does not keep the program alive. */
export const idle: WaitPolicy = { ...steady, isIdle: true };

/** The two words of a futex, and how to wait on them. */
export class Futex {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  /** The word of the count of changes; the one behind it is the sleepers'. */
  readonly #word: number;
  readonly #spinPolicy: SpinPolicy;

  /** Futexes on which one waits after the other can share a habit. */
  constructor(arena: Arena, word: number, spinPolicy: SpinPolicy = newSpinPolicy()) {
    this.#spinPolicy = spinPolicy;
    this.#arena = arena;
    this.#words = arena.words;
    this.#word = word;
  }

  /** Says that something has changed. Costs a load where nobody sleeps. */
  wake(): void {
    wakeFutex(this.#arena, this.#word);
  }

  /**
   * Waits until `attempt` succeeds: `true`, or `false` once `timeout` is over. It is called again
   * after each wake-up, and from time to time: whose death makes it succeed, wakes nobody. It must
   * throw if the memory is no longer what it was: nothing is written before it has looked.
   *
   * @throws The signal's reason, if that is aborted first, and whatever `attempt` throws.
   */
  async wait(
    attempt: () => boolean,
    options: WaitOptions,
    policy: WaitPolicy = steady,
  ): Promise<boolean> {
    checkWait(options);
    const { timeout, signal } = options;
    const left = countdown(timeout ?? Infinity);
    const begun = performance.now();
    if (left() <= 0) return attempt();
    if (this.#spins(attempt, begun)) return true;
    for (let round = 0;; round++) {
      const count = this.#announce(listening);
      if (attempt()) return true;
      const time = Math.min(left(), policy.longest() ?? Infinity);
      if (left() <= 0) return false;
      const { isIdle = false } = policy;
      await sleep(this.#arena, { word: this.#word, count, round, time, signal, isIdle });
      this.#adapt(begun);
      signal?.throwIfAborted();
      if (attempt()) return true;
    }
  }

  /** The same, with this thread blocked meanwhile. */
  waitSync(
    attempt: () => boolean,
    timeout: number | undefined,
    policy: WaitPolicy = steady,
  ): boolean {
    const left = countdown(timeout ?? Infinity);
    const begun = performance.now();
    if (left() <= 0) return attempt();
    if (this.#spins(attempt, begun)) return true;
    const kind = blocked(this.#arena);
    for (;;) {
      const count = this.#announce(kind);
      if (attempt()) return true;
      const time = Math.min(left(), policy.longest() ?? Infinity);
      if (left() <= 0) return false;
      sleepSync(this.#arena, { word: this.#word, count, slept: performance.now() - begun, time });
      this.#adapt(begun);
      if (attempt()) return true;
    }
  }

  /** Looks again and again for a short time. */
  #spins(attempt: () => boolean, begun: number): boolean {
    const spinPolicy = this.#spinPolicy;
    do {
      if (attempt()) {
        spinPolicy.spin = longSpin;
        spinPolicy.vain = spinPolicy.pauses = spinPolicy.lastPauses = 0;
        return true;
      }
      pause();
    } while (performance.now() - begun < spinPolicy.spin);
    return false;
  }

  /**
   * Learns from a wait that had to sleep. Where what is waited for soon comes, a long spin is worth
   * its time, unless who is to bring it has to wait for a processor meanwhile: then it is in vain.
   */
  #adapt(begun: number): void {
    const spinPolicy = this.#spinPolicy;
    const waited = performance.now() - begun;
    if (waited >= shortWait) spinPolicy.spin = shortSpin;
    else if (spinPolicy.spin > shortSpin) {
      if (++spinPolicy.vain < vainSpins) return;
      spinPolicy.spin = shortSpin;
      spinPolicy.lastPauses = Math.min(mostShort, Math.max(fewestShort, spinPolicy.lastPauses * 2));
      spinPolicy.pauses = spinPolicy.lastPauses;
    } else if (--spinPolicy.pauses <= 0) {
      // Longer than it takes to wake the other: if it finds us spinning, both go on without sleep.
      spinPolicy.spin = Math.max(longSpin, Math.min(2 * waited, shortWait));
      spinPolicy.vain = vainSpins - 1;
    }
  }

  /** Reads the count of changes, and says that somebody sleeps in that way until it changes. */
  #announce(kind: number): number {
    const count = Atomics.load(this.#words, this.#word);
    if (kind !== 0) Atomics.or(this.#words, this.#word + 1, kind);
    return count;
  }
}
