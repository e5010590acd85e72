/**
 * Who shares an arena, and lives. Each child has a place there, by its id, and a table tells how
 * many children have ended at each place. A child's token, which names it in the words of locks, is
 * its place and that count: so it is nobody's after its end, and whether its owner lives is a load.
 *
 * The end of a child is told by its parent. With a child end all its descendants, so each place
 * also tells its parent's token.
 *
 * A system uses an id again, maybe before anybody has told of the end of the child that had it. So the
 * word that counts the ends at a place also has the stamp of the child that is there, a random number
 * that it was started with: one with another stamp is the next child, and one that has left cannot leave
 * again in the place of the next. A place's count begins anew after 128 processes, or 32,768 threads, of
 * which each number is the last to be used again: only then could a lock that nobody has asked for in all
 * that time be taken for one of a child that lives.
 *
 * @module
 * @internal
 */

import { noProcessMemory } from "../runtime/common_memory.ts";
import { hasProcessEnded, osPid, parentOsPid } from "../runtime/current.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import {
  ownThread,
  parentStamp,
  perProcess,
  processStamp,
  threadNumber,
} from "../runtime/thread_id.ts";

const slotBitsOf: Readonly<Record<StartMethod, number>> = {
  // As many process ids as Linux has (`PID_MAX_LIMIT`).
  process: 22,
  worker: Math.log2(perProcess),
};
/** How many places a method's arena has. */
export const slotCountOf = (method: StartMethod): number => 2 ** slotBitsOf[method];

/** Set in every token, so that none is 0. */
const TOKEN = 1 << 29;
/** How many bits the place and the count of ends have together. */
const tellingBits = 29;

/** How many bits a token has. */
export const memberIdBits = 30;

/** Threads that this one is ending, by their places, and when they will have ended. */
const terminating = new Map<number, number>();
/** How long it takes to end a thread, in milliseconds. */
const endTime = 100;

/** The children that share an arena. */
export class Members {
  readonly #method: StartMethod;
  readonly #placeBits: number;
  readonly #endsBits: number;
  /** How many children have ended at a place; and, in the bits above, the stamp of the one that is there. */
  readonly #states: Int32Array;
  /** The token of the parent of the child at a place; 0 where there is none. */
  readonly #parents: Int32Array;
  readonly #reserve: (place: number) => boolean;
  /** The token of this child. All threads of a process are one child in the arena of processes. */
  readonly me: number;

  /**
   * `reserve` gets a place's memory, and tells whether it is there: nobody may touch the place before.
   *
   * @throws {RangeError} If there is no memory for this child's own place.
   */
  constructor(
    method: StartMethod,
    states: Int32Array,
    parents: Int32Array,
    reserve: (place: number) => boolean = () => true,
  ) {
    this.#method = method;
    this.#placeBits = slotBitsOf[method];
    this.#endsBits = tellingBits - this.#placeBits;
    this.#states = states;
    this.#parents = parents;
    this.#reserve = reserve;
    const thread = method === "worker" ? ownThread() : undefined;
    // Told by the parent: a thread that Deno has not stopped may come here after its end was counted.
    this.me = thread?.token ?? this.enter(osPid(), processStamp());
    const parent = thread?.parentToken ?? this.#parentToken();
    if (parent !== undefined) {
      Atomics.store(parents, this.#reserved(this.#placeIn(this.me)), parent);
    }
  }

  #parentToken(): number | undefined {
    const stamp = parentStamp();
    if (this.#method === "worker" || stamp === undefined) return undefined;
    return this.enter(parentOsPid(), stamp);
  }

  /** The place, whose memory is there. All that a token leads to has come by here once. */
  #reserved(place: number): number {
    if (this.#reserve(place)) return place;
    throw noProcessMemory();
  }

  /**
   * The token of the child with that id and stamp, which lives or is about to be started. Any child may
   * ask for it, at any time until the end of that one: it is the same each time.
   *
   * @throws {RangeError} If there is no memory for its place.
   */
  enter(id: number, stamp: number): number {
    const place = this.#reserved(slotOf(this.#method, id));
    const mark = this.#markOf(stamp);
    for (;;) {
      const parent = Atomics.load(this.#parents, place);
      const seen = Atomics.load(this.#states, place);
      const before = seen >>> this.#endsBits;
      if (before === mark) return this.#tokenAt(place);
      // Of a child that had the id before, and whose end nobody has told yet.
      const ended = before === 0 ? 0 : 1;
      Atomics.compareExchange(this.#parents, place, parent, 0);
      this.#replace(place, seen, ended, mark);
    }
  }

  /** A stamp, as it is in a state. Never 0. */
  #markOf(stamp: number): number {
    return 1 + stamp % (2 ** (32 - this.#endsBits) - 1);
  }

  /** Changes the state of a place, unless another was faster. */
  #replace(place: number, seen: number, ended: number, mark: number): boolean {
    const ends = (seen + ended) & (2 ** this.#endsBits - 1);
    const state = mark << this.#endsBits | ends;
    return Atomics.compareExchange(this.#states, place, seen, state) === seen;
  }

  #placeIn(token: number): number {
    return token & (2 ** this.#placeBits - 1);
  }

  #tokenAt(place: number): number {
    const ends = Atomics.load(this.#states, place) & (2 ** this.#endsBits - 1);
    return TOKEN | ends << this.#placeBits | place;
  }

  /** Counts the end of the child with that token, if nobody has. */
  #end(token: number): void {
    const place = this.#placeIn(token);
    for (;;) {
      const seen = Atomics.load(this.#states, place);
      if (this.#tokenAt(place) !== token || this.#replace(place, seen, 1, 0)) return;
    }
  }

  /** The token of this child's parent; `undefined` of a child that has none here. */
  get parent(): number | undefined {
    return Atomics.load(this.#parents, this.#placeIn(this.me)) || undefined;
  }

  /** Whether this child was declared dead. */
  get isDeclaredDead(): boolean {
    return !this.#isThere(this.me);
  }

  #isThere(token: number): boolean {
    return this.#tokenAt(this.#placeIn(token)) === token;
  }

  /** Whether the child with that token lives. */
  isAlive(token: number): boolean {
    for (
      let each = token;
      each !== 0;
      each = Atomics.load(this.#parents, this.#placeIn(each))
    ) {
      if (!this.#isThere(each)) return false;
    }
    return true;
  }

  /**
   * Looks for itself whether the child with that token has ended: who would tell may be busy, or
   * be the one that waits for it.
   */
  look(token: number): void {
    const place = this.#placeIn(token);
    const hasEnded = this.#method === "process"
      ? hasProcessEnded(place)
      : (terminating.get(place) ?? Infinity) < performance.now();
    if (hasEnded) this.#end(token);
  }

  /** Says that a child of this one is being ended, which takes a moment. */
  markTerminating(pid: number): void {
    if (this.#method === "worker") {
      terminating.set(slotOf(this.#method, pid), performance.now() + endTime);
    }
  }

  /**
   * Says that the child with that id and stamp has ended. What it held is anyone's from here on. Without
   * effect if that was said before, also if another child has the id by now.
   */
  noteEnd(id: number, stamp: number): void {
    const place = slotOf(this.#method, id);
    terminating.delete(place);
    // Without memory for its place nobody has its token.
    if (!this.#reserve(place)) return;
    for (;;) {
      const seen = Atomics.load(this.#states, place);
      if (seen >>> this.#endsBits !== this.#markOf(stamp)) return;
      if (this.#replace(place, seen, 1, 0)) return;
    }
  }

  /** Says that this child ends. */
  noteOwnEnd(): void {
    this.#end(this.me);
  }
}

function slotOf(method: StartMethod, id: number): number {
  if (method === "process") return id % slotCountOf(method);
  // The main thread has its process' id.
  return id === osPid() ? 0 : threadNumber(id);
}
