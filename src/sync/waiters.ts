/**
 * A list of those who wait, in the order of their coming, each with a word of its own to sleep on.
 * Every change of it is made under a lock of its owner. Each is one store that counts, so that a
 * child that dies in the middle leaves a whole list.
 *
 * @module
 * @internal
 */

import { allocate, type Block, blockAt, free } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { Futex, type Habit, newHabit } from "../memory/futex.ts";

/** What became of a waiter, from its block's first word on. */
const outcomeAt = 0;
const futexAt = 1;
const ownerAt = 3;
const nextAt = 4;
const size = 5 * 4;

/** The outcome of a waiter that still waits. */
const WAITING = 0;

/** Somebody who waits, as it sees itself. */
export class Waiter {
  readonly block: Block;
  readonly futex: Futex;

  constructor(block: Block, habit: Habit) {
    this.block = block;
    this.futex = new Futex(block.arena, block.word + futexAt, habit);
  }

  /** What it was told; 0 while it has to wait. */
  get outcome(): number {
    return Atomics.load(this.block.arena.words, this.block.word + outcomeAt);
  }
}

/** The list whose first waiter a word names. */
export class WaiterList {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #habit = newHabit();

  constructor(arena: Arena, first: number) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#first = first;
  }

  /** Adds this child at the end. */
  append(): Waiter {
    const block = allocate(this.#arena.method, size);
    this.#words[block.word + ownerAt] = this.#arena.me;
    let link = this.#first;
    for (const word of this.#all()) link = word + nextAt;
    Atomics.store(this.#words, link, block.word);
    return new Waiter(block, this.#habit);
  }

  /**
   * Ends a wait and gives its outcome. Takes the waiter from the list, where it may be even if it
   * was told: who told it may have died before it took it from there.
   */
  end({ block, outcome }: Waiter, hasList: boolean = true): number {
    if (hasList) this.#unlink(block.word);
    free(block);
    return outcome;
  }

  #unlink(gone: number): void {
    let link = this.#first;
    for (const word of this.#all()) {
      if (word === gone) {
        Atomics.store(this.#words, link, this.#words[word + nextAt]!);
        return;
      }
      link = word + nextAt;
    }
  }

  /** Tells the first `count` that live, and takes them from the list. */
  release(count: number, outcome: number): void {
    let left = count;
    for (const word of this.#all()) {
      if (left <= 0) return;
      const isWaiting = Atomics.load(this.#words, word + outcomeAt) === WAITING;
      const lives = this.#arena.members.isAlive(this.#words[word + ownerAt]!);
      // Told first, then taken: who dies between the two has not lost anybody.
      Atomics.store(this.#words, word + outcomeAt, outcome);
      Atomics.store(this.#words, this.#first, this.#words[word + nextAt]!);
      if (!lives) free(blockAt(this.#arena, word));
      else if (isWaiting) {
        left--;
        new Futex(this.#arena, word + futexAt).wake();
      }
    }
  }

  /** Has all look again at what they wait for. */
  stir(): void {
    for (const word of this.#all()) new Futex(this.#arena, word + futexAt).wake();
  }

  /** The waiters by their words. The one that is given may be taken from the list meanwhile. */
  *#all(): Generator<number> {
    let word = Atomics.load(this.#words, this.#first);
    while (word !== 0) {
      const next = this.#words[word + nextAt]!;
      yield word;
      word = next;
    }
  }
}
