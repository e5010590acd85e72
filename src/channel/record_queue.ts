/**
 * A record queue: records of bytes in shared memory, first in, first out, for any number of children that
 * put and that take. It is what a queue and each direction of a pipe are made of.
 *
 * The records stand one behind the other in segments, which are made as they are needed and freed
 * when they are read; a large record has a block of its own. Those who put have one mutex, those
 * who take another. Each operation ends in one store that counts: where the segment's records end,
 * or from where it is unread. A child that dies before it has done nothing, one that dies after has
 * done all but the counting, which the next to take the mutex does over.
 *
 * @module
 * @internal
 */

import {
  allocateIfRoom,
  allocateOwned,
  type Block,
  blockAt,
  couldHold,
  free,
  headerSize,
  noRoom,
} from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { freedWord } from "../memory/free_lists.ts";
import { Futex } from "../memory/futex.ts";
import { deathLook } from "../memory/lock_word.ts";
import type { Carrier } from "../handles/holds.ts";
import { type Ending, registerEnding } from "../handles/target.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import {
  blockOf,
  endAt,
  freeFrom,
  isInBlock,
  largeRecord,
  lengthOf,
  nextAt,
  recordHead,
  recordsAt,
  recordsOf,
  segmentWords,
  unreadAt,
  wordsOf,
  wordsToWrite,
  writeRecord,
} from "./segment.ts";

const mutexWords = mutexSize / 4;

// Where the parts are, in words. Those who put and those who take write to cache lines of their
// own; what both read is with the block's own words, in a line that hardly anybody writes to.
const maxItemsAt = 0;
const maxBytesAt = 1;
/** Somebody died in the middle of something: what is counted is to be counted again. */
const repairAt = 2;
const putMutexAt = 16 - headerSize / 4;
const tailAt = putMutexAt + mutexWords;
const putsAt = tailAt + 1;
const bytesPutAt = tailAt + 2;
const takeMutexAt = putMutexAt + 16;
const headAt = takeMutexAt + mutexWords;
const takesAt = headAt + 1;
const bytesTakenAt = headAt + 2;
/** Where its counts are, in pairs that begin anew together. */
export const countsAt: readonly number[] = [putsAt, takesAt, bytesPutAt, bytesTakenAt];
const filledAt = takeMutexAt + 16;
const drainedAt = filledAt + 2;
/** How many words a record queue takes: whole lines. */
export const laneWords = 64;

/** How much a record queue may hold. */
export interface LaneLimits {
  /** Records; 0: any number. */
  readonly items?: number;
  /** Bytes; 0: any number. A larger record passes when the record queue is empty. */
  readonly bytes?: number;
}

/** What a reader gives for a record that is not to be taken yet. */
export class Kept<R> {
  /** Why. */
  readonly reason: R;

  constructor(reason: R) {
    this.reason = reason;
  }
}

/** Reads a record: `length` bytes of the arena from `position` on. */
export type RecordReader<T> = (position: number, length: number) => T;

/** Makes the block of a record queue, with so many words behind it for its owner. */
export function allocateLane(method: StartMethod, limits: LaneLimits, more: number = 0): Block {
  const block = allocateOwned(method, (laneWords + more) * 4, (block) => freeSegments(block, 0));
  limitLane(block, limits, 0);
  return block;
}

/** How the block of a record queue ends, when nobody has its handle any more. */
export const endLane: Ending = 1;
registerEnding(endLane, (block) => {
  if (block.isLive) new RecordQueue(block, "a queue").dispose();
});

/** Says how much the record queue at `offset` of a block may hold. */
export function limitLane({ arena, word }: Block, limits: LaneLimits, offset: number): void {
  arena.words[word + offset + maxItemsAt] = limits.items ?? 0;
  arena.words[word + offset + maxBytesAt] = limits.bytes ?? 0;
}

/** Gives back the segments of a record queue that nobody uses any more. */
export function freeSegments({ arena, word }: Block, offset: number): void {
  freeFrom(arena, arena.words[word + offset + headAt]!);
}

/** A record queue, as this child sees it. */
export class RecordQueue implements Carrier {
  readonly block: Block;
  /** Woken when there is something to take. */
  readonly filled: Futex;
  /** Woken when there is room. */
  readonly drained: Futex;
  /** Woken when there is room in the memory of all. */
  readonly #freed: Futex;
  /** Whether it was for want of memory that the last `put` of this child has not put. */
  #lacksMemory = false;
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #putMutex: Mutex;
  readonly #takeMutex: Mutex;
  #lookAt = -Infinity;

  /** `name` is what errors call it; `offset` is where in the block it begins, in words. */
  constructor(block: Block, name: string, offset: number = 0) {
    this.block = block;
    this.#arena = block.arena;
    this.#words = block.arena.words;
    this.#base = block.word + offset;
    this.#putMutex = new Mutex(block, name, "owner", offset + putMutexAt);
    this.#takeMutex = new Mutex(block, name, "owner", offset + takeMutexAt);
    this.filled = new Futex(this.#arena, this.#base + filledAt);
    this.drained = new Futex(this.#arena, this.#base + drainedAt);
    this.#freed = new Futex(this.#arena, freedWord);
  }

  /** What tells it from all others in this child. */
  get key(): string {
    return `${this.#arena.method} ${this.#base}`;
  }

  get putsWord(): number {
    return this.#base + putsAt;
  }

  get takesWord(): number {
    return this.#base + takesAt;
  }

  /** How many records were ever put, and taken; modulo 2^32, as is what they hold in bytes. */
  get puts(): number {
    return Atomics.load(this.#words, this.#base + putsAt);
  }

  get takes(): number {
    return Atomics.load(this.#words, this.#base + takesAt);
  }

  /** How many records it holds. */
  get size(): number {
    return Math.max(0, (this.puts - this.takes) | 0);
  }

  /** How many records it may hold; 0: any number. */
  get maxItems(): number {
    return this.#words[this.#base + maxItemsAt]!;
  }

  /** Whether there is nothing to take. */
  get isEmpty(): boolean {
    const words = this.#words;
    for (;;) {
      const segment = Atomics.load(words, this.#base + headAt);
      if (segment === 0) return true;
      const unread = Atomics.load(words, segment + unreadAt);
      const isRead = unread === Atomics.load(words, segment + endAt);
      const isLast = Atomics.load(words, segment + nextAt) === 0;
      // If another child has gone on to the next segment, this one is anything.
      if (Atomics.load(words, this.#base + headAt) === segment) return isRead && isLast;
    }
  }

  /** Whether a record of so many bytes would have to wait. */
  isFull(bytes: number): boolean {
    const words = this.#words;
    const base = this.#base;
    const maxItems = words[base + maxItemsAt]!;
    if (maxItems > 0 && this.size >= maxItems) return true;
    const maxBytes = words[base + maxBytesAt]!;
    if (maxBytes === 0) return false;
    const held = (words[base + bytesPutAt]! - words[base + bytesTakenAt]!) | 0;
    return held > 0 && held + bytes > maxBytes;
  }

  /** Whether it was for want of memory, not of room in the record queue, that the last `put` has not put. */
  get lacksMemory(): boolean {
    return this.#lacksMemory;
  }

  /** Woken when what the last `put` has lacked may be there. */
  get awaited(): Futex {
    return this.#lacksMemory ? this.#freed : this.drained;
  }

  /**
   * Puts a record of the first `length` bytes, unless the record queue is full, or there is no memory for it
   * at present.
   *
   * @returns Whether it was put; if not, `awaited` tells what to wait for.
   * @throws {RangeError} If the arena can never have room for it.
   */
  put(bytes: Uint8Array, length: number = bytes.length): boolean {
    this.#lacksMemory = false;
    if (this.isFull(length)) {
      this.mend();
      if (this.isFull(length)) return false;
    }
    if (length <= largeRecord) return this.#append(bytes, length, undefined);
    const { method } = this.#arena;
    if (!couldHold(method, length)) throw noRoom(method, length);
    const block = allocateIfRoom(method, length, 0);
    if (block === undefined) return this.#lackMemory();
    this.#arena.bytes.set(bytes.subarray(0, length), block.word * 4);
    return this.#append(bytes, length, block);
  }

  #lackMemory(): false {
    this.#lacksMemory = true;
    return false;
  }

  #append(bytes: Uint8Array, length: number, block: Block | undefined): boolean {
    let isIn = false;
    try {
      this.#enter(this.#putMutex);
      try {
        if (this.isFull(length)) return false;
        const need = wordsToWrite(length, block);
        const segment = this.#segmentFor(need);
        if (segment === undefined) return this.#lackMemory();
        const end = this.#words[segment + endAt]!;
        writeRecord(this.#arena, segment + recordsAt + end, bytes, length, block);
        // Counted first: nobody is to find a record that is not counted.
        this.#checkMine(this.#putMutex);
        this.#words[this.#base + bytesPutAt]! += length;
        Atomics.add(this.#words, this.#base + putsAt, 1);
        this.#move(segment + endAt, end, end + need);
        isIn = true;
      } finally {
        this.#leave(this.#putMutex);
      }
    } finally {
      if (!isIn && block !== undefined) free(block);
    }
    this.filled.wake();
    return true;
  }

  /** The segment that has room for so many words, which is the last; `undefined` without memory for it. */
  #segmentFor(need: number): number | undefined {
    const words = this.#words;
    const last = words[this.#base + tailAt]!;
    if (last !== 0 && recordsAt + words[last + endAt]! + need <= segmentWords) return last;
    const next = allocateIfRoom(this.#arena.method, segmentWords * 4, recordsAt * 4)?.word;
    if (next === undefined) return undefined;
    // Linked last: those who take may free the one before as soon as they see it.
    words[this.#base + tailAt] = next;
    Atomics.store(words, last === 0 ? this.#base + headAt : last + nextAt, next);
    return next;
  }

  /**
   * Takes the first record, if there is one, and gives what `read` makes of it. It is taken also if
   * `read` throws, unless it gives a `Kept`: then the record stays where it is.
   */
  take<T>(read: RecordReader<T>): T | undefined {
    if (this.isEmpty) {
      if (this.puts !== this.takes) this.mend();
      return undefined;
    }
    this.#enter(this.#takeMutex);
    try {
      const at = this.#first();
      return at === 0 ? undefined : this.#takeAt(at, read);
    } finally {
      this.#leave(this.#takeMutex);
      this.drained.wake();
    }
  }

  #takeAt<T>(at: number, read: RecordReader<T>): T {
    const arena = this.#arena;
    const length = lengthOf(arena, at);
    const block = isInBlock(arena, at) ? blockOf(arena, at) : undefined;
    let isKept = false;
    try {
      const word = block === undefined ? at + recordHead : block.word;
      const value = read(word * 4, length);
      isKept = value instanceof Kept;
      return value;
    } finally {
      if (!isKept) {
        this.#pass(at, length);
        if (block !== undefined) free(block);
      }
    }
  }

  /** The first unread record, by its first word; 0 if there is none. Frees segments that are read. */
  #first(): number {
    const words = this.#words;
    let segment = Atomics.load(words, this.#base + headAt);
    while (segment !== 0) {
      const unread = words[segment + unreadAt]!;
      // Before the end is read: a segment gets its last record before it gets a next one.
      const next = Atomics.load(words, segment + nextAt);
      if (unread !== Atomics.load(words, segment + endAt)) return segment + recordsAt + unread;
      if (next === 0) return 0;
      Atomics.store(words, this.#base + headAt, next);
      free(blockAt(this.#arena, segment));
      segment = next;
    }
    return 0;
  }

  /** The record was taken. */
  #pass(at: number, length: number): void {
    const words = this.#words;
    this.#checkMine(this.#takeMutex);
    const segment = words[this.#base + headAt]!;
    const unread = at - segment - recordsAt;
    this.#move(segment + unreadAt, unread, unread + wordsOf(this.#arena, at));
    words[this.#base + bytesTakenAt]! += length;
    Atomics.add(words, this.#base + takesAt, 1);
  }

  /**
   * The store that counts. It is none if somebody else has made it: then this thread was ended, and
   * others have gone on without it, but its runtime has not stopped it yet.
   */
  #move(word: number, from: number, to: number): void {
    if (Atomics.compareExchange(this.#words, word, from, to) !== from) throw ended();
  }

  #checkMine(mutex: Mutex): void {
    if (!mutex.isMine) throw ended();
  }

  #enter(mutex: Mutex): void {
    if (!mutex.tryAcquire()) {
      if (mutex.isMine) {
        throw new Error("Cannot use it while one of its own messages is being read");
      }
      mutex.acquireSync();
    }
    const words = this.#words;
    const repair = this.#base + repairAt;
    while (mutex.wasAbandoned || words[repair] !== 0) {
      words[repair] = 1;
      mutex.release();
      this.#repair();
      mutex.acquireSync();
    }
  }

  /** What was done is done, even if the record queue was disposed of before its mutex was released. */
  #leave(mutex: Mutex): void {
    try {
      mutex.release();
    } catch (error) {
      if (this.block.isLive) throw error;
    }
  }

  /** Counts again, if somebody has died in the middle of something. */
  mend(): void {
    this.#lookForDeaths();
    const isUndone = this.#words[this.#base + repairAt] !== 0;
    if (isUndone || this.#putMutex.isAbandoned || this.#takeMutex.isAbandoned) this.#repair();
  }

  /** Who blocks its thread hears of no death. It looks for itself, but not often: that asks the system. */
  #lookForDeaths(): void {
    const now = performance.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + deathLook;
    this.#putMutex.lookForDeath();
    this.#takeMutex.lookForDeath();
  }

  /** Does over what somebody who died may have left undone: finds the last segment, and counts. */
  #repair(): void {
    this.#putMutex.acquireSync();
    this.#takeMutex.acquireSync();
    try {
      const words = this.#words;
      const base = this.#base;
      let records = 0;
      let bytes = 0;
      let last = 0;
      for (let segment = words[base + headAt]!; segment !== 0; segment = words[segment + nextAt]!) {
        last = segment;
        for (const at of recordsOf(this.#arena, segment)) {
          records++;
          bytes += lengthOf(this.#arena, at);
        }
      }
      words[base + tailAt] = last;
      words[base + bytesPutAt] = words[base + bytesTakenAt]! + bytes;
      Atomics.store(words, base + putsAt, words[base + takesAt]! + records);
      words[base + repairAt] = 0;
    } finally {
      this.#takeMutex.release();
      this.#putMutex.release();
    }
    this.filled.wake();
    this.drained.wake();
  }

  /** Gives its memory back. Whoever waits is woken to see it. */
  dispose(): void {
    const then = () => {
      freeSegments(this.block, this.#base - this.block.word);
      this.filled.wake();
      this.drained.wake();
    };
    // Another child may be in the middle of a put or a take.
    free(this.block, { then, rests: true });
  }

  /** @throws {Error} If it was disposed of, here or in another child. */
  check(action: string): void {
    this.#putMutex.check(action);
  }
}

const ended = (): Error => new Error("Cannot go on as this thread was ended");
