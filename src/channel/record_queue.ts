/**
 * A record queue: records of bytes in shared memory, first in, first out, for any number of
 * children that put and that take. It is what a queue and each direction of a pipe are made of.
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

import { allocateIfRoom, type Block, couldHold, free, noRoom } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { freedWord } from "../memory/free_lists.ts";
import { Futex } from "../memory/futex.ts";
import type { Carrier } from "../handles/hold_records.ts";
import { type Ending, registerEnding } from "../handles/target.ts";
import { Mutex } from "../memory/mutex.ts";
import {
  bytesPutAt,
  bytesTakenAt,
  drainedAt,
  filledAt,
  freeSegments,
  headAt,
  maxBytesAt,
  maxItemsAt,
  putMutexAt,
  putsAt,
  takeMutexAt,
  takesAt,
} from "./record_queue_layout.ts";
import { RecordQueueRepair } from "./record_queue_repair.ts";
import { SegmentList } from "./segment_list.ts";
import {
  blockOf,
  endAt,
  isInBlock,
  largeRecord,
  lengthOf,
  recordHead,
  recordsAt,
  unreadAt,
  wordsOf,
  wordsToWrite,
  writeRecord,
} from "./segment.ts";

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

/** How the block of a record queue ends, when nobody has its handle any more. */
export const endRecordQueue: Ending = 1;
registerEnding(endRecordQueue, (block) => {
  if (block.isLive) new RecordQueue(block, "a queue").dispose();
});

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
  readonly #segments: SegmentList;
  readonly #repair: RecordQueueRepair;

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
    this.#segments = new SegmentList(this.#arena, this.#base);
    const wake = () => this.#wakeAll();
    this.#repair = new RecordQueueRepair(
      this.#arena,
      this.#base,
      this.#putMutex,
      this.#takeMutex,
      wake,
    );
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
    return this.#segments.isEmpty;
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

  /**
   * Whether it was for want of memory, not of room in the record queue, that the last `put` has not
   * put.
   */
  get lacksMemory(): boolean {
    return this.#lacksMemory;
  }

  /** Woken when what the last `put` has lacked may be there. */
  get awaited(): Futex {
    return this.#lacksMemory ? this.#freed : this.drained;
  }

  /**
   * Puts a record of the first `length` bytes, unless the record queue is full, or there is no
   * memory for it at present.
   *
   * @returns Whether it was put; if not, `awaited` tells what to wait for.
   * @throws {RangeError} If the arena can never have room for it.
   */
  put(bytes: Uint8Array, length: number = bytes.length): boolean {
    this.#lacksMemory = false;
    if (this.isFull(length)) {
      this.repairIfNeeded();
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
        const segment = this.#segments.withRoomFor(need);
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

  /**
   * Takes the first record, if there is one, and gives what `read` makes of it. It is taken also if
   * `read` throws, unless it gives a `Kept`: then the record stays where it is.
   */
  take<T>(read: RecordReader<T>): T | undefined {
    if (this.isEmpty) {
      if (this.puts !== this.takes) this.repairIfNeeded();
      return undefined;
    }
    this.#enter(this.#takeMutex);
    try {
      const at = this.#segments.firstRecord();
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
    while (mutex.wasAbandoned || this.#repair.isPending) this.#repair.runAfter(mutex);
  }

  /**
   * What was done is done, even if the record queue was disposed of before its mutex was released.
   */
  #leave(mutex: Mutex): void {
    try {
      mutex.release();
    } catch (error) {
      if (this.block.isLive) throw error;
    }
  }

  /** Repairs it if a child died while it put or took. */
  repairIfNeeded(): void {
    if (this.#repair.isNeeded()) this.#repair.run();
  }

  /** Gives its memory back. Whoever waits is woken to see it. */
  dispose(): void {
    const then = () => {
      freeSegments(this.block, this.#base - this.block.word);
      this.#wakeAll();
    };
    // Another child may be in the middle of a put or a take.
    free(this.block, { then, rests: true });
  }

  #wakeAll(): void {
    this.filled.wake();
    this.drained.wake();
  }

  /** @throws {Error} If it was disposed of, here or in another child. */
  check(action: string): void {
    this.#putMutex.check(action);
  }
}

const ended = (): Error => new Error("Cannot go on as this thread was ended");
