/**
 * Who holds what: a table in shared memory of the children that hold something, and of the messages
 * that carry it. What nobody holds that lives comes to its end, a block that it is freed.
 *
 * A hold is a child's, as long as it lives; or a message's on its way to a reader who takes it
 * away; or of what carries a message, such as a queue: then it is over as soon as so many messages
 * were read there as there were when this one had been put, and nobody has to say so. So whoever is
 * killed, at whatever step, leaves no hold that does not end: who reads a message has a hold of its
 * own before the message counts as read, and a hold of a sender that died while it put a message
 * becomes one of what carries it.
 *
 * Dead holds are taken away where somebody comes by; `sweep` looks at all of them. Each bucket of
 * the table is a list, and several share a lock.
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
import { type Carrier, HoldRecords, holdSize, lineSize, nextAt } from "./hold_records.ts";
import { type HoldTarget, knowsEnding } from "./target.ts";

/** The word of the arena that names the table: the locks, and the buckets behind them. */
const tableWord = holdsAt / 4;
const mutexes = 64;
const buckets = 4096;
const bucketsAt = mutexes * mutexSize / 4;
const tableSize = (bucketsAt + buckets) * 4;

/** The hold of a message, as it travels. */
export type MessageHold = readonly [address: number, serial: number];

/** The table of an arena, as this child sees it. */
export class Holds {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #records: HoldRecords;
  readonly #table: Block;
  readonly #mutexes: Mutex[] = [];
  #isBusy = false;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#records = new HoldRecords(arena);
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
      else this.#records.addCount(at, 1);
    });
  }

  /** Takes such a hold away: with a carrier, as the message was not put. */
  remove(target: HoldTarget, carrier?: Carrier): void {
    this.#removing(target, (list) => this.#leave(list, target, carrier));
  }

  /**
   * Adds a hold of a message, which lasts as long as the child with that member id, if nobody takes
   * it away.
   */
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
        (at) => at === hold.word && this.#records.isOfMessage(at),
      );
      if (at !== undefined && hold.isLive) this.#delete(list, at);
    });
  }

  /** The message was put: the hold is the carrier's until it is read. */
  carry(target: HoldTarget, carrier: Carrier): void {
    this.#inBucket(target, (list) => {
      const known = this.#counted(list, target, 0, carrier);
      if (known !== undefined) this.#records.notePuts(known);
      // Without memory for it, this child goes on holding it.
      else if (this.#tryInsert(list, target, 0, 1, carrier) === undefined) return;
      this.#leave(list, target, carrier);
    });
  }

  #leave(list: LinkedList, target: HoldTarget, carrier: Carrier | undefined): void {
    const at = this.#counted(list, target, this.#arena.me, carrier);
    if (at !== undefined && this.#records.addCount(at, -1) === 0) this.#delete(list, at);
  }

  /** The hold that is counted, of the child with that member id, or of nobody but the carrier. */
  #counted(
    list: LinkedList,
    target: HoldTarget,
    owner: number,
    carrier: Carrier | undefined,
  ): number | undefined {
    return this.#find(list, target, (at) => this.#records.isCounted(at, owner, carrier));
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
    const list = this.#listAt(bucket);
    const touched: HoldTarget[] = [];
    for (const at of list) {
      if (this.#records.isAlive(at) || !knowsEnding(this.#records.endingOf(at))) continue;
      touched.push(this.#records.targetAt(at));
      this.#delete(list, at);
    }
    return touched.filter((target, i) => {
      const isFirst = touched.findIndex((other) => isSame(other, target)) === i;
      return isFirst && !this.#hasLive(list, target);
    });
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
      if (this.#records.isFor(at, target) && matches(at)) return at;
    }
    return undefined;
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
    this.#records.write(word, target, owner, count, carrier);
    list.prepend(word);
    return word;
  }

  #delete(list: LinkedList, at: number): void {
    list.remove(at);
    free(blockAt(this.#arena, at));
  }

  /** Whether anybody holds a target that lives. Takes dead holds on it away. */
  #hasLive(list: LinkedList, target: HoldTarget): boolean {
    let isHeld = false;
    for (const at of list) {
      if (!this.#records.isFor(at, target)) continue;
      if (this.#records.isAlive(at)) isHeld = true;
      else this.#delete(list, at);
    }
    return isHeld;
  }
}

const bucketOf = ({ address }: HoldTarget): number => {
  const line = address / lineSize;
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
