/**
 * Who shares an arena, and lives. A child has a token there: a number that names it in the words of
 * locks, and that nobody has after it. A table in the arena tells by a child's place what its
 * token's generation is: odd while it lives. So whether a token's owner lives is one load.
 *
 * @module
 * @internal
 */

import { bootNote } from "../runtime/boot.ts";
import { osPid } from "../runtime/current.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { threadNumber } from "../runtime/thread_id.ts";

/** Places for as many children as Linux has process ids (`PID_MAX_LIMIT`): a byte for each. */
export const memberPlaces: number = 2 ** 22;

const placeBits = 22;
const placeMask = memberPlaces - 1;

/** How many bits a token has; it is never 0. */
export const tokenBits = 30;

const tokens: unique symbol = Symbol.for("@nproc/multiprocessing.members") as never;

/** On the global object: a program may load this package twice, and is one member. */
const own: Map<StartMethod, number> =
  (globalThis as { [tokens]?: Map<StartMethod, number> })[tokens] ??= new Map();

/** The children that share an arena. */
export class Members {
  readonly #method: StartMethod;
  readonly #generations: Uint8Array;

  constructor(method: StartMethod, table: Uint8Array) {
    this.#method = method;
    this.#generations = table;
  }

  /** The token of this child. */
  me(): number {
    const known = own.get(this.#method);
    if (known !== undefined) return known;
    const token = this.#enter(ownPlace(this.#method));
    own.set(this.#method, token);
    return token;
  }

  /** Whether the child with that token lives. */
  isAlive(token: number): boolean {
    return Atomics.load(this.#generations, token & placeMask) === token >> placeBits;
  }

  /** Says that a child has ended. What it held is anyone's from here on. */
  leave(pid: number): void {
    const place = placeOf(this.#method, pid);
    const generation = Atomics.load(this.#generations, place);
    if (generation % 2 === 1) Atomics.store(this.#generations, place, generation + 1);
  }

  /** Takes a place, which an earlier child of that number may have left without a word. */
  #enter(place: number): number {
    const step = Atomics.load(this.#generations, place) % 2 === 1 ? 2 : 1;
    const generation = (Atomics.add(this.#generations, place, step) + step) & 0xff;
    return generation << placeBits | place;
  }
}

function placeOf(method: StartMethod, pid: number): number {
  return method === "worker" ? threadNumber(pid) : pid & placeMask;
}

function ownPlace(method: StartMethod): number {
  if (method === "process") return osPid() & placeMask;
  const note = bootNote();
  return note?.pid === undefined ? 0 : threadNumber(note.pid);
}
