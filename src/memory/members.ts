/**
 * Who shares an arena, and lives. Each child has a place there, by its id, and a table tells how
 * many children have ended at each place. A child's token, which names it in the words of locks, is
 * its place and that count: so it is nobody's after its end, and whether its owner lives is a load.
 *
 * The end of a child is told by its parent. With a child end all its descendants, so each place
 * also tells its parent's token.
 *
 * @module
 * @internal
 */

import { bootNote } from "../runtime/boot.ts";
import { noProcessMemory } from "../runtime/common_memory.ts";
import { hasProcessEnded, osPid, parentOsPid } from "../runtime/current.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { perProcess, threadNumber } from "../runtime/thread_id.ts";

/** Places for as many children as Linux has process ids (`PID_MAX_LIMIT`). */
export const memberPlaces: number = 2 ** 22;
/** Places for as many threads as a process can number. */
export const threadPlaces: number = perProcess;

const placeBits = 22;
const placeMask = memberPlaces - 1;
const endsMask = 0x7f;
/** Set in every token, so that none is 0. */
const TOKEN = 1 << 29;

/** How many bits a token has. */
export const tokenBits = 30;

/** Threads that this one is ending, by their places, and when they will have ended. */
const doomed = new Map<number, number>();
/** How long it takes to end a thread, in milliseconds. */
const endTime = 100;

/** The children that share an arena. */
export class Members {
  readonly #method: StartMethod;
  /** How many children have ended at a place. */
  readonly #ends: Uint8Array;
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
    ends: Uint8Array,
    parents: Int32Array,
    reserve: (place: number) => boolean = () => true,
  ) {
    this.#method = method;
    this.#ends = ends;
    this.#parents = parents;
    this.#reserve = reserve;
    const place = this.#reserved(ownPlace(method));
    const thread = method === "worker" ? bootNote()?.thread : undefined;
    // Told by the parent: a thread that Deno has not stopped may come here after its end was counted.
    this.me = thread?.token ?? this.#tokenAt(place);
    const parent = thread?.parentToken ?? this.#parentToken();
    if (parent !== undefined) Atomics.store(parents, place, parent);
  }

  #parentToken(): number | undefined {
    return this.#method === "process" ? this.tokenOf(parentOsPid()) : undefined;
  }

  /** The place, whose memory is there. All that a token leads to has come by here once. */
  #reserved(place: number): number {
    if (this.#reserve(place)) return place;
    throw noProcessMemory();
  }

  /**
   * The token of the child with that id, which lives or is about to be started.
   *
   * @throws {RangeError} If there is no memory for its place.
   */
  tokenOf(pid: number): number {
    return this.#tokenAt(this.#reserved(placeOf(this.#method, pid)));
  }

  #tokenAt(place: number): number {
    return TOKEN | (Atomics.load(this.#ends, place) & endsMask) << placeBits | place;
  }

  /** Whether this child was declared dead. */
  get hasLeft(): boolean {
    return this.#tokenAt(this.me & placeMask) !== this.me;
  }

  /** Whether the child with that token lives. */
  isAlive(token: number): boolean {
    for (let each = token; each !== 0; each = Atomics.load(this.#parents, each & placeMask)) {
      if (each !== this.#tokenAt(each & placeMask)) return false;
    }
    return true;
  }

  /**
   * Looks for itself whether the child with that token has ended: who would tell may be busy, or
   * be the one that waits for it.
   */
  look(token: number): void {
    const place = token & placeMask;
    const hasEnded = this.#method === "process"
      ? hasProcessEnded(place)
      : (doomed.get(place) ?? Infinity) < performance.now();
    if (hasEnded && this.#tokenAt(place) === token) Atomics.add(this.#ends, place, 1);
  }

  /** Says that a child of this one is being ended, which takes a moment. */
  doom(pid: number): void {
    if (this.#method === "worker") {
      doomed.set(placeOf(this.#method, pid), performance.now() + endTime);
    }
  }

  /** Says that a child has ended. What it held is anyone's from here on. */
  leave(pid: number): void {
    const place = placeOf(this.#method, pid);
    doomed.delete(place);
    // Without memory for its place nobody has its token.
    if (this.#reserve(place)) Atomics.add(this.#ends, place, 1);
  }
}

function placeOf(method: StartMethod, id: number): number {
  if (method === "process") return id & placeMask;
  // The main thread has its process' id.
  return id === osPid() ? 0 : threadNumber(id);
}

function ownPlace(method: StartMethod): number {
  if (method === "process") return placeOf(method, osPid());
  return placeOf(method, bootNote()?.thread?.pid ?? osPid());
}
