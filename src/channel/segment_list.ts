/**
 * The segments of a record queue, as a list from the first that may have unread records to the
 * last, to which records are added.
 *
 * @module
 * @internal
 */

import { allocateIfRoom, blockAt, free } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { headAt, tailAt } from "./record_queue_layout.ts";
import { endAt, nextAt, recordsAt, segmentWords, unreadAt } from "./segment.ts";

/** The segments of the record queue that begins at a word. */
export class SegmentList {
  readonly #arena: Arena;
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(arena: Arena, base: number) {
    this.#arena = arena;
    this.#words = arena.words;
    this.#base = base;
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

  /**
   * The first unread record, by its first word; 0 if there is none. Frees segments that are read.
   */
  firstRecord(): number {
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

  /**
   * The segment that has room for so many words, which is the last; `undefined` without memory for
   * it.
   */
  withRoomFor(need: number): number | undefined {
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
}
