/**
 * The records of the table of holds: which words of a block say what is held, by whom, and until
 * when.
 *
 * @module
 * @internal
 */

import { Block } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { type Ending, HoldTarget } from "./target.ts";

// The words of a record.
/** The address of what is held, with its part. */
const keyAt = 0;
const serialAt = 1;
const endingAt = 2;
/**
 * The member id of the child that holds it, or that is putting a message that does; 0: only the
 * carrier does.
 */
const ownerAt = 3;
/** How often it is held; 0: by a single message, which is known by the address of this record. */
const countAt = 4;
/** The block of the carrier of the message, if there is one; then the addresses of its counts. */
const carrierAt = 5;
const carrierSerialAt = 6;
const putsAt = 7;
const takesAt = 8;
/** How many messages had been put there with this one, which is the last of them. */
const lastAt = 9;
/** The next record of the bucket. */
export const nextAt = 10;
export const holdSize: number = 11 * 4;

/** A block begins with a line of so many bytes, of which each may stand for a part. */
export const lineSize = 64;

/** The block of a carrier where there is none. */
const nothing = { address: 0, serial: 0 };

/** Something in shared memory that carries messages, first in, first out, and counts them. */
export interface Carrier {
  readonly block: Block;
  /** The words that count what was put, and what was taken; modulo 2^32. */
  readonly putsWord: number;
  readonly takesWord: number;
}

/**
 * Reads and writes the records of an arena, each by its first word, under the mutex of its bucket.
 */
export class HoldRecords {
  readonly #arena: Arena;
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#words = arena.words;
  }

  /** Writes a new record; with a carrier, of a message that is about to be put there. */
  write(
    at: number,
    target: HoldTarget,
    owner: number,
    count: number,
    carrier: Carrier | undefined,
  ): void {
    const words = this.#words;
    words[at + keyAt] = target.key;
    words[at + serialAt] = target.serial;
    words[at + endingAt] = target.ending;
    words[at + ownerAt] = owner;
    words[at + countAt] = count;
    if (carrier === undefined) return;
    words[at + carrierAt] = carrier.block.address;
    words[at + carrierSerialAt] = carrier.block.serial;
    words[at + putsAt] = carrier.putsWord;
    words[at + takesAt] = carrier.takesWord;
    this.notePuts(at);
  }

  /** Notes how many messages the carrier has been given by now. */
  notePuts(at: number): void {
    const words = this.#words;
    words[at + lastAt] = Atomics.load(words, words[at + putsAt]!);
  }

  /** Changes how often it is held, and returns that. */
  addCount(at: number, by: number): number {
    return this.#words[at + countAt]! += by;
  }

  /** Whether it is a hold of that target. */
  isFor(at: number, { key, serial }: HoldTarget): boolean {
    return this.#words[at + keyAt] === key && this.#words[at + serialAt] === serial;
  }

  /** Whether it is the hold of a single message, which is not counted. */
  isOfMessage(at: number): boolean {
    return this.#words[at + countAt] === 0;
  }

  /** Whether it is the counted hold of an owner (0: of the carrier only) with that carrier. */
  isCounted(at: number, owner: number, carrier: Carrier | undefined): boolean {
    const words = this.#words;
    const { address, serial } = carrier?.block ?? nothing;
    return words[at + ownerAt] === owner && words[at + countAt]! > 0 &&
      words[at + carrierAt] === address && words[at + carrierSerialAt] === serial;
  }

  endingOf(at: number): Ending {
    return this.#words[at + endingAt]!;
  }

  targetAt(at: number): HoldTarget {
    const key = this.#words[at + keyAt]!;
    const part = key % lineSize;
    const block = new Block(this.#arena, key - part, this.#words[at + serialAt]!);
    return new HoldTarget(block, this.endingOf(at), part);
  }

  /** Whether its owner is alive, or its message has not been read. */
  isAlive(at: number): boolean {
    const words = this.#words;
    const owner = words[at + ownerAt]!;
    if (owner !== 0 && this.#arena.members.isAlive(owner)) return true;
    const carrier = words[at + carrierAt]!;
    if (carrier === 0 || words[carrier / 4] !== words[at + carrierSerialAt]) return false;
    if (owner !== 0) {
      // The dead owner may have put the message, or not: so at most it is the last of those there
      // now.
      this.notePuts(at);
      words[at + ownerAt] = 0;
    }
    const taken = Atomics.load(words, words[at + takesAt]!);
    return ((taken - words[at + lastAt]!) | 0) < 0;
  }
}
