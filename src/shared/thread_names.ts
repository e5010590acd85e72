/**
 * Named memory within the arena, for the threads of a program that cannot map files: a list of
 * blocks, each with a name before its bytes, under a lock. As POSIX has it, memory is there until
 * it has neither a name nor anybody who holds it; a thread that ends without closing it goes on
 * holding it.
 *
 * @module
 * @internal
 */

import { allocate, type Block, blockAt, free } from "../memory/allocator.ts";
import { type Arena, arenaOf, namesAt } from "../memory/arena.ts";
import { LinkedList } from "../memory/linked_list.ts";
import {
  missing,
  type NamedMemory,
  nameFault,
  type Names,
  taken,
} from "../runtime/named_memory.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";

/**
 * The word of the arena that names the table: a lock, and the first block of the list behind it.
 */
const tableWord = namesAt / 4;
const firstAt = mutexSize / 4;

/** What a block begins with, in words. */
const nextAt = 0;
const holdersAt = 1;
const nameLengthAt = 2;
/** A long. */
const sizeAt = 4;
const nameAt = 6;

const encoder = new TextEncoder();

/** The names that the threads of this program know. */
export class ThreadNames implements Names {
  readonly #arena: Arena = arenaOf("worker");
  readonly #words: Int32Array = this.#arena.words;
  readonly #mutex: Mutex;
  readonly #named: LinkedList;

  constructor() {
    const table = this.#table();
    this.#mutex = new Mutex(table, "the table of names", "owner");
    this.#named = new LinkedList(this.#words, table.word + firstAt, nextAt);
  }

  #table(): Block {
    const known = Atomics.load(this.#words, tableWord);
    if (known !== 0) return blockAt(this.#arena, known);
    const made = allocate("worker", mutexSize + 4);
    const first = Atomics.compareExchange(this.#words, tableWord, 0, made.word);
    if (first === 0) return made;
    free(made);
    return blockAt(this.#arena, first);
  }

  create(name: string, size: number): NamedMemory {
    const bytes = encoder.encode(name);
    return this.#mutex.locked(() => {
      if (this.#find(bytes) !== undefined) throw nameFault("create", name, taken);
      const block = allocate("worker", dataAt(bytes.length) + size);
      const { word } = block;
      this.#words[word + holdersAt] = 1;
      this.#words[word + nameLengthAt] = bytes.length;
      this.#arena.longs[(word + sizeAt) / 2] = BigInt(size);
      this.#arena.bytes.set(bytes, (word + nameAt) * 4);
      this.#named.prepend(word);
      return this.#held(block);
    });
  }

  attach(name: string): NamedMemory {
    return this.#mutex.locked(() => {
      const block = this.#find(encoder.encode(name));
      if (block === undefined) throw nameFault("attach", name, missing);
      this.#words[block.word + holdersAt]!++;
      return this.#held(block);
    });
  }

  unlink(name: string): boolean {
    return this.#mutex.locked(() => {
      const block = this.#find(encoder.encode(name));
      if (block === undefined) return false;
      this.#named.remove(block.word);
      if (this.#words[block.word + holdersAt] === 0) free(block);
      return true;
    });
  }

  #held(block: Block): NamedMemory {
    const { word } = block;
    const at = dataAt(this.#words[word + nameLengthAt]!);
    const size = Number(this.#arena.longs[(word + sizeAt) / 2]);
    const bytes = new Uint8Array(this.#arena.buffer, word * 4 + at, size);
    return { bytes, close: () => this.#mutex.locked(() => this.#release(block)) };
  }

  #release(block: Block): void {
    if (--this.#words[block.word + holdersAt]! === 0 && !this.#named.has(block.word)) free(block);
  }

  /** The block of that name. */
  #find(name: Uint8Array): Block | undefined {
    for (const word of this.#named) {
      if (this.#words[word + nameLengthAt] !== name.length) continue;
      const at = (word + nameAt) * 4;
      if (name.every((byte, i) => this.#arena.bytes[at + i] === byte)) {
        return blockAt(this.#arena, word);
      }
    }
    return undefined;
  }
}

/** Where the bytes begin, from the beginning of the user's part. */
function dataAt(nameLength: number): number {
  return Math.ceil((nameAt * 4 + nameLength) / 8) * 8;
}
