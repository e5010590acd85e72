import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { allocateOwned, type Block } from "../memory/allocator.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { Acquirable } from "./acquirable.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * Makes a lock for children of a start method.
 *
 * @internal
 */
export const newLock = (method: StartMethod): Lock =>
  fromParts(Lock, allocateOwned(method, mutexSize));

/**
 * A lock that one child at a time can hold. It travels to other children, where it is the same
 * lock. The child that acquired it owns it, but as in CPython another may release it.
 *
 * Nobody waits for ever for a lock that others take again and again. A lock whose owner died is
 * not lost: the next to acquire it gets it, with `abandoned` set.
 *
 * @example
 * ```ts
 * import { Lock, Pool, task, Value } from "@nproc/multiprocessing";
 *
 * export const add = task(import.meta, async (lock: Lock, total: Value, n: number) => {
 *   using _ = await lock.hold();
 *   total.value += n;
 * });
 *
 * if (import.meta.main) {
 *   const lock = new Lock();
 *   const total = new Value("i", 0);
 *   await using pool = new Pool(2);
 *   await pool.starmap(add, [[lock, total, 1], [lock, total, 2]]);
 *   console.log(total.value); // 3
 * }
 * ```
 */
export class Lock extends Acquirable {
  readonly #mutex: Mutex;

  /**
   * Makes a lock that nobody holds, for children of the context's start method.
   *
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor();
  constructor(block?: Block) {
    const used = block ?? allocateOwned(startMethodOf(new.target), mutexSize);
    const mutex = new Mutex(used, "a lock", "anyone");
    super(mutex);
    this.#mutex = mutex;
  }

  static {
    showAs<Lock>(this, "Lock", (lock) => ({ owner: lock.#mutex.owner }));
    registerHandle<Lock>({
      name: "Lock",
      module: import.meta.url,
      matches: (value): value is Lock => #mutex in value,
      blockOf: (lock) => lock.#mutex.block,
      revive: (block) => fromParts(Lock, block),
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
