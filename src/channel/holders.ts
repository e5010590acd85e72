/**
 * Who holds one end of a pipe: a list in shared memory, of children and of messages that carry the
 * end somewhere. An end is closed when nobody holds it that lives.
 *
 * @module
 * @internal
 */

import { allocate, Block, blockAt, free } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { LinkedList } from "../memory/linked_list.ts";
import { Mutex, mutexSize } from "../sync/mutex.ts";

// Where the parts are, in words.
const mutexAt = 0;
const firstAt = mutexSize / 4;
const closedAt = firstAt + 1;
/** How many words they take; an even number, as the mutex begins with a long. */
export const holdersWords: number = closedAt + 1;

// A holder's words: the token of the child, the next holder.
const ownerAt = 0;
const nextAt = 1;
const holderSize = 2 * 4;

/** How often to look whether holders have died, in milliseconds. */
const lookEvery = 20;

/** A hold on an end: numbers, as it travels. */
export type Hold = readonly [address: number, serial: number];

/** The holders of one end. */
export class Holders {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #mutex: Mutex;
  readonly #list: LinkedList;
  #lookedAt = -Infinity;

  constructor(block: Block, offset: number) {
    this.#arena = block.arena;
    this.#words = block.arena.words;
    this.#base = block.word + offset;
    this.#mutex = new Mutex(block, "a connection", "owner", offset + mutexAt);
    this.#list = new LinkedList(this.#words, this.#base + firstAt, nextAt);
  }

  /** Adds a hold of this child. */
  add(): Hold {
    const { address, serial, word } = allocate(this.#arena.method, holderSize);
    this.#words[word + ownerAt] = this.#arena.me;
    this.#mutex.locked(() => this.#list.prepend(word));
    return [address, serial];
  }

  /** Takes a hold away, if it is still there. Gives whether the end is closed now. */
  remove([address, serial]: Hold): boolean {
    const block = new Block(this.#arena, address, serial);
    return this.#mutex.locked(() => {
      if (block.isLive) {
        this.#list.remove(block.word);
        free(block);
      }
      return this.#close();
    });
  }

  /** Whether the end is closed: said by the last holder, or seen by a look whether any lives. */
  get areGone(): boolean {
    if (Atomics.load(this.#words, this.#base + closedAt) !== 0) return true;
    const now = performance.now();
    if (now - this.#lookedAt < lookEvery) return false;
    this.#lookedAt = now;
    return this.#mutex.locked(() => this.#close());
  }

  /** Closes the end if nobody holds it that lives. It stays closed. */
  #close(): boolean {
    for (const word of this.#list) {
      if (this.#arena.members.isAlive(this.#words[word + ownerAt]!)) return false;
      this.#list.remove(word);
      free(blockAt(this.#arena, word));
    }
    Atomics.store(this.#words, this.#base + closedAt, 1);
    return true;
  }
}
