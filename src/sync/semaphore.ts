import { checkInteger } from "../arguments.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { allocateOwned, Block } from "../memory/allocator.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { Acquirable, lockWordOf } from "./acquirable.ts";
import { LockWord, lockWordSize, RESERVED } from "../memory/lock_word.ts";
import { showAs } from "../runtime/inspection.ts";

/** The highest count of a semaphore. */
const highest = RESERVED - 1;

/** Where the bound is, in words from the lock word's beginning. */
const boundAt = lockWordSize;
const size = (lockWordSize + 1) * 4;

/** A lock word that as many can take as its state says. */
class Counter extends LockWord {
  constructor(block: Block) {
    super(block, "a semaphore");
  }

  set bound(bound: number) {
    this.words[this.state + boundAt] = bound;
  }

  get count(): number {
    this.check("read");
    return Atomics.load(this.words, this.state) & highest;
  }

  protected override get isFree(): boolean {
    return (Atomics.load(this.words, this.state) & highest) > 0;
  }

  protected override take(turn: bigint): boolean {
    const { words, state } = this;
    // A plain read is enough of a guess, and spares V8 a call.
    const guess = words[state]!;
    if (guess > 0 && guess < RESERVED) {
      if (Atomics.compareExchange(words, state, guess, guess - 1) === guess) return true;
    }
    for (;;) {
      const seen = Atomics.load(words, state);
      if ((seen & highest) === 0) return false;
      if ((seen & RESERVED) !== 0 && !this.mayTake(turn)) return false;
      if (Atomics.compareExchange(words, state, seen, (seen & highest) - 1) === seen) return true;
    }
  }

  override release(): void {
    this.check("release");
    const { words, state } = this;
    const bound = words[state + boundAt]!;
    const guess = words[state]!;
    if (guess < bound && Atomics.compareExchange(words, state, guess, guess + 1) === guess) {
      return this.futex.wake();
    }
    for (;;) {
      const seen = Atomics.load(words, state);
      if ((seen & highest) >= bound) {
        throw new Error(
          `Cannot release ${this.name} as its count is ${bound}, the highest that it may have`,
        );
      }
      if ((seen & RESERVED) !== 0) this.reserve();
      if (Atomics.compareExchange(words, state, seen, seen + 1) === seen) break;
    }
    this.futex.wake();
  }
}

const counterOf = (semaphore: Semaphore): Counter => lockWordOf(semaphore) as Counter;

function newCounter(method: StartMethod, count: number): Block {
  checkInteger("make a semaphore", "n", count, 0, highest);
  const block = allocateOwned(method, size);
  block.arena.words[block.word] = count;
  block.arena.words[block.word + boundAt] = highest;
  return block;
}

/**
 * A count that `release` raises and `acquire` lowers, waiting while it is 0. Any child may do
 * either. It travels to other children, where it is the same semaphore. What a child acquired and
 * did not release before it died is gone, as in CPython.
 *
 * @example
 * ```ts
 * import { Semaphore } from "@nproc/multiprocessing";
 *
 * const seats = new Semaphore(2);
 * using _ = await seats.hold();
 * console.log(seats.getValue()); // 1
 * ```
 */
export class Semaphore extends Acquirable {
  readonly #counter: Counter;

  /**
   * Makes a semaphore for children of the context's start method.
   *
   * @param n The count that it begins with.
   * @throws {RangeError} If `n` is not an integer from 0 to 2^30 - 1.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(n?: number);
  constructor(n: number | Block = 1) {
    const counter = new Counter(
      n instanceof Block ? n : newCounter(startMethodOf(new.target), n),
    );
    super(counter);
    this.#counter = counter;
  }

  static {
    showAs<Semaphore>(this, "Semaphore", (semaphore) => ({ value: semaphore.getValue() }));
    registerHandle<Semaphore>({
      name: "Semaphore",
      module: import.meta.url,
      matches: (value): value is Semaphore => #counter in value,
      blockOf: (semaphore) => semaphore.#counter.block,
      revive: (block) => fromParts(Semaphore, block),
    });
  }

  /** The count: how many can acquire it now without waiting. */
  getValue(): number {
    return this.#counter.count;
  }

  /**
   * Gives its memory back. Whoever still waits for it or uses it, in any child, gets an `Error`.
   */
  [Symbol.dispose](): void {
    this.#counter.dispose();
  }
}

/**
 * A semaphore whose count never gets higher than it was at the beginning: a `release` too many is
 * an error.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from "@nproc/multiprocessing";
 *
 * const seats = new BoundedSemaphore(1);
 * await seats.acquire();
 * seats.release();
 * // seats.release() would throw
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  /**
   * Makes a semaphore for children of the context's start method.
   *
   * @param n The count that it begins with, and its highest.
   * @throws {RangeError} If `n` is not an integer from 0 to 2^30 - 1.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(n?: number);
  constructor(n: number | Block = 1) {
    super(n as number);
    // Nobody else knows its memory yet.
    if (!(n instanceof Block)) counterOf(this).bound = n;
  }

  static {
    showAs<BoundedSemaphore>(
      this,
      "BoundedSemaphore",
      (semaphore) => ({ value: semaphore.getValue() }),
    );
    registerHandle<BoundedSemaphore>({
      name: "BoundedSemaphore",
      module: import.meta.url,
      matches: (value): value is BoundedSemaphore => value instanceof BoundedSemaphore,
      blockOf: (semaphore) => counterOf(semaphore).block,
      revive: (block) => fromParts(BoundedSemaphore, block),
    });
  }
}
