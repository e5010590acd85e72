import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { allocateOwned, type Block } from "../memory/allocator.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { Acquirable } from "./acquirable.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import { showAs } from "../runtime/inspection.ts";

/** Where the depth is, in words behind the mutex. */
const depthAt = mutexSize / 4;

/**
 * How many bytes a recursive lock needs.
 *
 * @internal
 */
export const rlockSize: number = mutexSize + 4;

/** A mutex that its owner may take again. */
class ReentrantMutex extends Mutex {
  constructor(block: Block) {
    super(block, "a recursive lock", "owner");
  }

  /** How often the owner has taken it: nobody else reads or writes that. */
  get #depth(): number {
    return this.words[this.state + depthAt]!;
  }

  set #depth(depth: number) {
    this.words[this.state + depthAt] = depth;
  }

  protected override take(turn: bigint): boolean {
    if (this.isMine) this.#depth++;
    else if (super.take(turn)) this.#depth = 1;
    else return false;
    return true;
  }

  override release(): void {
    if (this.isMine && this.block.isLive && this.#depth > 1) this.#depth--;
    else super.release();
  }

  override suspend(): number {
    const depth = this.#depth;
    super.release();
    return depth;
  }

  override restore(depth: number): void {
    // Other tasks of this child may have taken it, too.
    this.#depth += depth - 1;
  }
}

/**
 * The recursive lock at the beginning of a block.
 *
 * @internal
 */
export const rlockIn = (block: Block): RLock => fromParts(RLock, block);

/**
 * A lock that the child that holds it can acquire again, and must then release as often. As in
 * CPython nobody else can release it. All tasks of a child are one owner.
 *
 * @example
 * ```ts
 * import { RLock } from "@nproc/multiprocessing";
 *
 * const lock = new RLock();
 * using _ = await lock.hold();
 * using _again = await lock.hold();
 * ```
 */
export class RLock extends Acquirable {
  readonly #mutex: ReentrantMutex;

  /**
   * Makes a recursive lock that nobody holds, for children of the context's start method.
   *
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor();
  constructor(block?: Block) {
    const mutex = new ReentrantMutex(
      block ?? allocateOwned(startMethodOf(new.target), mutexSize + 4),
    );
    super(mutex);
    this.#mutex = mutex;
  }

  static {
    showAs<RLock>(this, "RLock", (lock) => ({ owner: lock.#mutex.owner }));
    registerHandle<RLock>({
      name: "RLock",
      module: import.meta.url,
      matches: (value): value is RLock => #mutex in value,
      blockOf: (lock) => lock.#mutex.block,
      revive: rlockIn,
    });
  }

  /**
   * Gives the lock's memory back. Whoever still waits for it or uses it, in any child, gets an
   * `Error`.
   */
  [Symbol.dispose](): void {
    this.#mutex.dispose();
  }
}
