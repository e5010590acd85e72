/**
 * A list of those who wait, in the order of their coming, each with a word of its own to sleep on.
 * It is changed under a lock of its owner, and whole whenever a child dies: see `linked_list.ts`.
 *
 * @module
 * @internal
 */

import { allocate, type Block, blockAt, free } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { Futex, newSpinPolicy, type SpinPolicy } from "../memory/futex.ts";
import { LinkedList } from "../memory/linked_list.ts";

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

  constructor(block: Block, spinPolicy: SpinPolicy) {
    this.block = block;
    this.futex = new Futex(block.arena, block.word + futexAt, spinPolicy);
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
  readonly #list: LinkedList;
  readonly #spinPolicy = newSpinPolicy();

  constructor(arena: Arena, first: number) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#list = new LinkedList(arena.words, first, nextAt);
  }

  /** Adds this child at the end. */
  append(): Waiter {
    const block = allocate(this.#arena.method, size);
    this.#words[block.word + ownerAt] = this.#arena.me;
    this.#list.append(block.word);
    return new Waiter(block, this.#spinPolicy);
  }

  /**
   * Ends a wait and gives its outcome. Takes the waiter from the list, where it may be even if it
   * was told: who told it may have died before it took it from there.
   */
  end({ block, outcome }: Waiter, hasList: boolean = true): number {
    if (hasList) this.#list.remove(block.word);
    free(block);
    return outcome;
  }

  /** Tells the first `count` that live, and takes them from the list. */
  release(count: number, outcome: number): void {
    let left = count;
    for (const word of this.#list) {
      if (left <= 0) return;
      const isWaiting = Atomics.load(this.#words, word + outcomeAt) === WAITING;
      const lives = this.#arena.members.isAlive(this.#words[word + ownerAt]!);
      // Told first, then taken: who dies between the two has not lost anybody.
      Atomics.store(this.#words, word + outcomeAt, outcome);
      this.#list.remove(word);
      if (!lives) free(blockAt(this.#arena, word));
      else if (isWaiting) {
        left--;
        new Futex(this.#arena, word + futexAt).wake();
      }
    }
  }

  /** Wakes all, so that they look again at what they wait for. */
  wakeAll(): void {
    for (const word of this.#list) new Futex(this.#arena, word + futexAt).wake();
  }
}
