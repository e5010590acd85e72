/**
 * The repair of a record queue after the death of a child that was putting or taking a record.
 *
 * The records themselves are whole at every moment: the store that adds or removes a record is one
 * step. Only what is counted besides, and which segment is the last, may be wrong.
 *
 * @module
 * @internal
 */

import type { Arena } from "../memory/arena.ts";
import { deathLook } from "../memory/lock_word.ts";
import type { Mutex } from "../memory/mutex.ts";
import {
  bytesPutAt,
  bytesTakenAt,
  headAt,
  putsAt,
  repairAt,
  tailAt,
  takesAt,
} from "./record_queue_layout.ts";
import { lengthOf, nextAt, recordsOf } from "./segment.ts";

/** Finds out whether a record queue needs a repair, and repairs it. */
export class RecordQueueRepair {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #putMutex: Mutex;
  readonly #takeMutex: Mutex;
  readonly #done: () => void;
  #lookAt = -Infinity;

  /** `base` is the word that the record queue begins at. `done` is called after each repair. */
  constructor(arena: Arena, base: number, putMutex: Mutex, takeMutex: Mutex, done: () => void) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#base = base;
    this.#putMutex = putMutex;
    this.#takeMutex = takeMutex;
    this.#done = done;
  }

  /** Whether a repair was begun and is not done: its child may have died as well. */
  get isPending(): boolean {
    return this.#words[this.#base + repairAt] !== 0;
  }

  /** Whether a child died in the middle of something, as far as this child can see now. */
  isNeeded(): boolean {
    this.#lookForDeaths();
    return this.isPending || this.#putMutex.isAbandoned || this.#takeMutex.isAbandoned;
  }

  /**
   * A child that blocks its thread hears of no death, so it looks: seldom, as that asks the system.
   */
  #lookForDeaths(): void {
    const now = performance.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + deathLook;
    this.#putMutex.lookForDeath();
    this.#takeMutex.lookForDeath();
  }

  /**
   * Repairs it in place of a child that died with the mutex, which this child has acquired since.
   */
  runAfter(mutex: Mutex): void {
    this.#words[this.#base + repairAt] = 1;
    mutex.release();
    this.run();
    mutex.acquireSync();
  }

  /** Finds the last segment, and counts the records and their bytes. Takes both mutexes. */
  run(): void {
    this.#putMutex.acquireSync();
    this.#takeMutex.acquireSync();
    try {
      this.#count();
    } finally {
      this.#takeMutex.release();
      this.#putMutex.release();
    }
    this.#done();
  }

  #count(): void {
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
  }
}
