/**
 * Who holds what: a table in shared memory of the children that hold something, and of the messages that
 * carry it. What nobody holds that lives comes to its end, a block that it is freed.
 *
 * A hold is a child's, as long as it lives; or a message's on its way to a reader who takes it away; or of
 * what carries a message, such as a queue: then it is over as soon as so many messages were read there as
 * there were when this one had been put, and nobody has to say so. So whoever is killed, at whatever
 * step, leaves no hold that does not end: who reads a message has a hold of its own before the message
 * counts as read, and a hold of a sender that died while it put a message becomes one of what carries it.
 *
 * Dead holds are taken away where somebody comes by; `sweep` looks at all of them. Each bucket of the
 * table is a list, and several share a lock.
 *
 * @module
 * @internal
 */

import {
  allocate,
  allocateIfRoom,
  Block,
  blockAt,
  free,
  noRoom,
  onShortage,
} from "../memory/allocator.ts";
import { type Arena, holdsAt } from "../memory/arena.ts";
import { LinkedList } from "../memory/linked_list.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import { type Ending, HoldTarget, knowsEnding } from "./target.ts";

/** The word of the arena that names the table: the locks, and the buckets behind them. */
const tableWord = holdsAt / 4;
const mutexes = 64;
const buckets = 4096;
const bucketsAt = mutexes * mutexSize / 4;
const tableSize = (bucketsAt + buckets) * 4;

// A hold's words: what is held,
const keyAt = 0;
const serialAt = 1;
const endingAt = 2;
/** the member id of who holds it, or is putting a message that does; 0 where only the carrier does, */
const ownerAt = 3;
/** how often: 0 for the hold of one message, which is told by where it is, */
const countAt = 4;
/** what carries the message, if something does: its block, and the words that count what was put and taken, */
const carrierAt = 5;
const carrierSerialAt = 6;
const putsAt = 7;
const takesAt = 8;
/** how many had been put then, this one among them, */
const lastAt = 9;
/** and the next hold. */
const nextAt = 10;
const holdSize = 11 * 4;
/** What a hold has in place of a carrier's block where there is none. */
const nothing = { address: 0, serial: 0 };

/** Something in shared memory that carries messages, first in, first out, and counts them. */
export interface Carrier {
  readonly block: Block;
  /** The words that count what was put, and what was taken; modulo 2^32. */
  readonly putsWord: number;
  readonly takesWord: number;
}

/** The hold of a message, as it travels. */
export type MessageHold = readonly [address: number, serial: number];

/** The table of an arena, as this child sees it. */
export class Holds {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #table: Block;
  readonly #mutexes: Mutex[] = [];
  #isBusy = false;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#table = tableOf(arena);
  }

  /** Whether this child is at work here, as where a hold needs memory. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Adds a hold of this child; with a carrier, for a message that it is about to put there. */
  add(target: HoldTarget, carrier?: Carrier): void {
    const { me } = this.#arena;
    this.#inBucket(target, (list) => {
      const at = this.#counted(list, target, me, carrier);
      if (at === undefined) this.#insert(list, target, me, 1, carrier);
      else this.#words[at + countAt]!++;
    });
  }

  /** Takes such a hold away: with a carrier, as the message was not put. */
  remove(target: HoldTarget, carrier?: Carrier): void {
    this.#removing(target, (list) => this.#leave(list, target, carrier));
  }

  /** Adds a hold of a message, which lasts as long as the child with that member id, if nobody takes it away. */
  addMessage(target: HoldTarget, owner: number): MessageHold {
    return this.#inBucket(target, (list) => {
      const { address, serial } = blockAt(this.#arena, this.#insert(list, target, owner, 0));
      return [address, serial];
    });
  }

  /** Takes the hold of a message away, if it is still there. */
  removeMessage(target: HoldTarget, [address, serial]: MessageHold): void {
    const hold = new Block(this.#arena, address, serial);
    this.#removing(target, (list) => {
      const at = this.#find(
        list,
        target,
        (at) => at === hold.word && this.#words[at + countAt] === 0,
      );
      if (at !== undefined && hold.isLive) this.#delete(list, at);
    });
  }

  /** The message was put: the hold is the carrier's until it is read. */
  carry(target: HoldTarget, carrier: Carrier): void {
    this.#inBucket(target, (list) => {
      const known = this.#counted(list, target, 0, carrier);
      if (known !== undefined) this.#note(known);
      // Without memory for it, this child goes on holding it.
      else if (this.#tryInsert(list, target, 0, 1, carrier) === undefined) return;
      this.#leave(list, target, carrier);
    });
  }

  #leave(list: LinkedList, target: HoldTarget, carrier: Carrier | undefined): void {
    const at = this.#counted(list, target, this.#arena.me, carrier);
    if (at !== undefined && --this.#words[at + countAt]! === 0) this.#delete(list, at);
  }

  /** The hold that is counted, of the child with that member id, or of nobody but the carrier. */
  #counted(
    list: LinkedList,
    target: HoldTarget,
    owner: number,
    carrier: Carrier | undefined,
  ): number | undefined {
    const words = this.#words;
    const { address, serial } = carrier?.block ?? nothing;
    return this.#find(
      list,
      target,
      (at) =>
        words[at + ownerAt] === owner && words[at + countAt]! > 0 &&
        words[at + carrierAt] === address && words[at + carrierSerialAt] === serial,
    );
  }

  /** Whether anybody holds it that lives. Its end is the caller's affair. */
  has(target: HoldTarget): boolean {
    return this.#inBucket(target, (list) => this.#hasLive(list, target));
  }

  /**
   * Takes all dead holds away, and ends what nobody holds.
   *
   * @returns Whether anything has come to its end.
   */
  sweep(): boolean {
    let ended = false;
    for (let bucket = 0; bucket < buckets; bucket++) {
      if (this.#words[this.#table.word + bucketsAt + bucket] === 0) continue;
      const left = this.#mutexOf(bucket).locked(() => this.#sweepBucket(bucket));
      for (const target of left) target.end();
      ended ||= left.length > 0;
    }
    return ended;
  }

  #sweepBucket(bucket: number): HoldTarget[] {
    const words = this.#words;
    const list = this.#listAt(bucket);
    const touched: HoldTarget[] = [];
    for (const at of list) {
      if (this.#isAlive(at) || !knowsEnding(words[at + endingAt]!)) continue;
      touched.push(this.#targetAt(at));
      this.#delete(list, at);
    }
    return touched.filter((target, i) => {
      const isFirst = touched.findIndex((other) => isSame(other, target)) === i;
      return isFirst && !this.#hasLive(list, target);
    });
  }

  #targetAt(at: number): HoldTarget {
    const words = this.#words;
    const key = words[at + keyAt]!;
    const part = key % partsPerBlock;
    const block = new Block(this.#arena, key - part, words[at + serialAt]!);
    return new HoldTarget(block, words[at + endingAt]! as Ending, part);
  }

  /** Does something with the list of a target, which may have been its last hold. */
  #removing(target: HoldTarget, action: (list: LinkedList) => void): void {
    const isHeld = this.#inBucket(target, (list) => {
      action(list);
      return this.#hasLive(list, target);
    });
    if (!isHeld) target.end();
  }

  #inBucket<T>(target: HoldTarget, action: (list: LinkedList) => T): T {
    const bucket = bucketOf(target);
    this.#isBusy = true;
    try {
      return this.#mutexOf(bucket).locked(() => action(this.#listAt(bucket)));
    } finally {
      this.#isBusy = false;
    }
  }

  /** Made when it is first asked for: few children have to do with many. */
  #mutexOf(bucket: number): Mutex {
    const i = bucket % mutexes;
    const at = i * mutexSize / 4;
    return this.#mutexes[i] ??= new Mutex(this.#table, "the table of holds", "owner", at);
  }

  #listAt(bucket: number): LinkedList {
    return new LinkedList(this.#words, this.#table.word + bucketsAt + bucket, nextAt);
  }

  #find(
    list: LinkedList,
    target: HoldTarget,
    matches: (at: number) => boolean,
  ): number | undefined {
    for (const at of list) {
      if (this.#isFor(at, target) && matches(at)) return at;
    }
    return undefined;
  }

  #isFor(at: number, { key, serial }: HoldTarget): boolean {
    return this.#words[at + keyAt] === key && this.#words[at + serialAt] === serial;
  }

  #insert(
    list: LinkedList,
    target: HoldTarget,
    owner: number,
    count: number,
    carrier?: Carrier,
  ): number {
    const at = this.#tryInsert(list, target, owner, count, carrier);
    if (at === undefined) throw noRoom(this.#arena.method, holdSize);
    return at;
  }

  #tryInsert(
    list: LinkedList,
    target: HoldTarget,
    owner: number,
    count: number,
    carrier?: Carrier,
  ): number | undefined {
    const block = allocateIfRoom(this.#arena.method, holdSize, holdSize);
    if (block === undefined) return undefined;
    const { word } = block;
    const words = this.#words;
    words[word + keyAt] = target.key;
    words[word + serialAt] = target.serial;
    words[word + endingAt] = target.ending;
    words[word + ownerAt] = owner;
    words[word + countAt] = count;
    if (carrier !== undefined) {
      words[word + carrierAt] = carrier.block.address;
      words[word + carrierSerialAt] = carrier.block.serial;
      words[word + putsAt] = carrier.putsWord;
      words[word + takesAt] = carrier.takesWord;
      this.#note(word);
    }
    list.prepend(word);
    return word;
  }

  /** Notes how much was put by now. */
  #note(at: number): void {
    const words = this.#words;
    words[at + lastAt] = Atomics.load(words, words[at + putsAt]!);
  }

  #delete(list: LinkedList, at: number): void {
    list.remove(at);
    free(blockAt(this.#arena, at));
  }

  /** Whether anybody holds a target that lives. Takes dead holds on it away. */
  #hasLive(list: LinkedList, target: HoldTarget): boolean {
    let isHeld = false;
    for (const at of list) {
      if (!this.#isFor(at, target)) continue;
      if (this.#isAlive(at)) isHeld = true;
      else this.#delete(list, at);
    }
    return isHeld;
  }

  #isAlive(at: number): boolean {
    const words = this.#words;
    const owner = words[at + ownerAt]!;
    if (owner !== 0 && this.#arena.members.isAlive(owner)) return true;
    const carrier = words[at + carrierAt]!;
    if (carrier === 0 || words[carrier / 4] !== words[at + carrierSerialAt]) return false;
    if (owner !== 0) {
      // It may have put the message, or not: so it is among those that are there now, at the most.
      this.#note(at);
      words[at + ownerAt] = 0;
    }
    const taken = Atomics.load(words, words[at + takesAt]!);
    return ((taken - words[at + lastAt]!) | 0) < 0;
  }
}

/** Parts are told by the bytes of a block's first line. */
const partsPerBlock = 64;

const bucketOf = ({ address }: HoldTarget): number => {
  const line = address / partsPerBlock;
  return (line ^ line >>> 12) % buckets;
};

const isSame = (a: HoldTarget, b: HoldTarget): boolean => a.key === b.key && a.serial === b.serial;

function tableOf(arena: Arena): Block {
  const known = Atomics.load(arena.words, tableWord);
  if (known !== 0) return blockAt(arena, known);
  const made = allocate(arena.method, tableSize);
  const first = Atomics.compareExchange(arena.words, tableWord, 0, made.word);
  if (first === 0) return made;
  free(made);
  return blockAt(arena, first);
}

const tables = new Map<Arena, Holds>();

/** The table of an arena. */
export function holdsOf(arena: Arena): Holds {
  let holds = tables.get(arena);
  if (holds === undefined) tables.set(arena, holds = new Holds(arena));
  return holds;
}

// What has ended may have carried messages, so it looks again.
onShortage((arena) => {
  if (Atomics.load(arena.words, tableWord) === 0) return true;
  const holds = holdsOf(arena);
  if (holds.isBusy) return false;
  while (holds.sweep());
  return true;
});
