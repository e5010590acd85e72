/**
 * Regions with a lock. A lock of a region's own stands before the elements in the same block: one
 * piece of memory to take, to give back, and to fetch.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../arguments.ts";
import { type Block, free } from "../memory/allocator.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type Acquirable, isAcquirable, lockWordOf } from "../sync/acquirable.ts";
import { rlockIn, rlockSize } from "../sync/rlock.ts";
import type { Element } from "./element_type.ts";
import {
  allocateRegion,
  describeRegion,
  type Region,
  type RegionDescription,
  reviveRegion,
} from "./region.ts";

/** What a caller may say of the lock of a value or an array. */
export interface LockOptions {
  /** A lock, semaphore or condition: that one. Left out or `true`: a new `RLock`. `false`: none. */
  readonly lock?: Acquirable | boolean | undefined;
}

/** A region, and the lock that guards it, if one does. */
export class Guarded {
  readonly region: Region;
  /** What an error calls it. */
  readonly #name: string;
  readonly #lock: Acquirable | undefined;

  constructor(name: string, region: Region, lock: Acquirable | undefined) {
    this.#name = name;
    this.region = region;
    this.#lock = lock;
  }

  /** The lock. */
  get lock(): Acquirable {
    if (this.#lock !== undefined) return this.#lock;
    throw new Error(`Cannot get the lock of a ${this.#name} that was made with lock: false`);
  }

  /** Whether the lock stands before the elements, and ends with them. */
  get #ownsLock(): boolean {
    return this.#lock !== undefined && lockWordOf(this.#lock).block === this.region.block;
  }

  /** Gives the memory back, and with it a lock of its own. */
  dispose(): void {
    if (this.#ownsLock) lockWordOf(this.lock).dispose();
    else free(this.region.block);
  }

  /** What a child needs besides the block. */
  describe(): [region: RegionDescription, ownsLock: boolean, lock: Acquirable | undefined] {
    const own = this.#ownsLock;
    return [describeRegion(this.region), own, own ? undefined : this.#lock];
  }
}

/** What was described. */
export function reviveGuarded(name: string, block: Block, description: unknown): Guarded {
  const [region, ownsLock, lock] = description as ReturnType<Guarded["describe"]>;
  return new Guarded(name, reviveRegion(block, region), ownsLock ? rlockIn(block) : lock);
}

/** Takes memory, all zero, for elements and for the lock that a caller asked for. */
export function allocateGuarded(
  name: string,
  method: StartMethod,
  element: Element,
  length: number,
  { lock = true }: LockOptions = {},
): Guarded {
  const given = lock === true ? undefined : checkLock(name, method, lock);
  const region = allocateRegion(method, element, length, lock === true ? rlockSize : 0);
  return new Guarded(name, region, lock === true ? rlockIn(region.block) : given);
}

function checkLock(name: string, method: StartMethod, lock: unknown): Acquirable | undefined {
  if (lock === false) return undefined;
  if (typeof lock !== "object" || lock === null || !isAcquirable(lock)) {
    throw wrongArgument(
      TypeError,
      `Cannot make a ${name} as lock must be a boolean or a lock`,
      lock,
    );
  }
  const other = lockWordOf(lock).block.arena.method;
  if (other === method) return lock;
  throw new Error(
    `Cannot make a ${name} for children of the start method "${method}" as its lock is for "${other}"`,
  );
}
