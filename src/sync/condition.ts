import { checkFunction, checkInteger, wrongArgument } from "../arguments.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { allocateOwned, type Block, free } from "../memory/allocator.ts";
import { checkWait, countdown, type WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { Acquirable, lockWordOf } from "./acquirable.ts";
import { type Lock, newLock } from "./lock.ts";
import { Mutex } from "../memory/mutex.ts";
import type { RLock } from "./rlock.ts";
import { type Waiter, WaiterList } from "./waiters.ts";
import { showAs } from "../runtime/inspection.ts";

const size = 4;
const NOTIFIED = 1;

/** How a wait ended that is to go on with the lock. */
interface Ended {
  readonly failure?: { readonly error: unknown };
}

/**
 * A lock, and a way to wait for what others do under it: `wait` gives the lock up, sleeps until
 * another child calls `notify` or `notifyAll`, and takes the lock again. The longest wait is
 * notified first. It travels to other children, where it is the same condition.
 *
 * @example
 * ```ts
 * import { Condition, Process, task, Value } from "@nproc/multiprocessing";
 *
 * export const produce = task(import.meta, async (condition: Condition, goods: Value) => {
 *   using _ = await condition.hold();
 *   goods.value++;
 *   condition.notify();
 * });
 *
 * if (import.meta.main) {
 *   const condition = new Condition();
 *   const goods = new Value("i", 0);
 *   const child = new Process({ target: produce, args: [condition, goods] });
 *   child.start();
 *   using _ = await condition.hold();
 *   await condition.waitFor(() => goods.value > 0);
 *   console.log(goods.value); // 1
 * }
 * ```
 */
export class Condition extends Acquirable {
  readonly #lock: Lock | RLock;
  readonly #mutex: Mutex;
  readonly #block: Block;
  readonly #waiters: WaiterList;
  readonly #ownsLock: boolean;

  /**
   * Makes a condition with a lock, of whose start method it is.
   *
   * @param lock A `Lock` or `RLock`; a new `Lock` if it is left out. That is not an `RLock` as in
   * CPython: an `RLock` is held by a child, so it would let in all tasks of a child at once.
   * @throws {TypeError} If `lock` is neither.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(lock?: Lock | RLock);
  constructor(lock?: Lock | RLock, block?: Block, ownsLock: boolean = lock === undefined) {
    const used = lock === undefined ? newLock(startMethodOf(new.target)) : lock;
    const mutex = used instanceof Acquirable ? lockWordOf(used) : undefined;
    if (!(mutex instanceof Mutex)) {
      throw wrongArgument(
        TypeError,
        "Cannot make a condition as lock must be a Lock or an RLock",
        lock,
      );
    }
    super(mutex);
    this.#lock = used;
    this.#mutex = mutex;
    this.#ownsLock = ownsLock;
    this.#block = block ?? allocateOwned(mutex.block.arena.method, size);
    this.#waiters = new WaiterList(this.#block.arena, this.#block.word);
  }

  static {
    showAs<Condition>(this, "Condition", (condition) => ({ owner: condition.#mutex.owner }));
    registerHandle<Condition>({
      name: "Condition",
      module: import.meta.url,
      matches: (value): value is Condition => #waiters in value,
      blockOf: (condition) => condition.#block,
      describe: (condition) => [condition.#lock, condition.#ownsLock],
      revive: (block, description) => {
        const [lock, ownsLock] = description as [Lock | RLock, boolean];
        return fromParts(Condition, lock, block, ownsLock);
      },
    });
  }

  /**
   * Gives the lock up, waits to be notified, and takes the lock again, however the wait ends and
   * however long that takes.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first; the lock is held then, too.
   * @throws {Error} If this child does not hold the lock.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWait(options);
    const { waiter, depth } = this.#begin();
    let ended: Ended = {};
    try {
      await waiter.futex.wait(this.#isOver(waiter), options);
    } catch (error) {
      ended = { failure: { error } };
    }
    await this.#mutex.acquire();
    return this.#end(waiter, depth, ended);
  }

  /**
   * Does what `wait` does with this thread blocked meanwhile.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   * @throws {Error} If this child does not hold the lock.
   */
  waitSync(options: Omit<WaitOptions, "signal"> = {}): boolean {
    checkWait(options);
    const { waiter, depth } = this.#begin();
    let ended: Ended = {};
    try {
      waiter.futex.waitSync(this.#isOver(waiter), options.timeout);
    } catch (error) {
      ended = { failure: { error } };
    }
    this.#mutex.acquireSync();
    return this.#end(waiter, depth, ended);
  }

  #begin(): { waiter: Waiter; depth: number } {
    this.#checkHeld("wait for");
    const waiter = this.#waiters.append();
    return { waiter, depth: this.#mutex.suspend() };
  }

  /** Called until it is true while the lock is not held. */
  #isOver(waiter: Waiter): () => boolean {
    return () => {
      this.#checkLive("wait for");
      return waiter.outcome !== 0;
    };
  }

  /** With the lock again. Who was notified was so, even if its time was over in the same moment. */
  #end(waiter: Waiter, depth: number, { failure }: Ended): boolean {
    this.#mutex.restore(depth);
    const isListed = this.#block.isLive;
    if (this.#waiters.end(waiter, isListed) === NOTIFIED) return true;
    if (failure !== undefined) throw failure.error;
    return false;
  }

  /**
   * Waits until `predicate` gives something truthy, which is then the result. It is called with the
   * lock held, at once and after each notification.
   *
   * @returns What `predicate` gave, or `false` once `timeout` (milliseconds) is over.
   * @throws What `predicate` throws; the signal's reason, if that is aborted first. The lock is
   * held then, too.
   * @throws {Error} If this child does not hold the lock.
   */
  async waitFor<T>(
    predicate: () => T | Promise<T>,
    options: WaitOptions = {},
  ): Promise<T | false> {
    checkFunction("wait for a condition", "predicate", predicate);
    checkWait(options);
    this.#checkHeld("wait for");
    return await waitUntil(predicate, (options) => this.wait(options), options);
  }

  /**
   * Does what `waitFor` does with this thread blocked meanwhile.
   *
   * @returns What `predicate` gave, or `false` once `timeout` (milliseconds) is over.
   * @throws What `predicate` throws; the lock is held then, too.
   * @throws {Error} If this child does not hold the lock.
   */
  waitForSync<T>(
    predicate: () => T,
    options: Omit<WaitOptions, "signal"> = {},
  ): T | false {
    checkFunction("wait for a condition", "predicate", predicate);
    checkWait(options);
    this.#checkHeld("wait for");
    const left = countdown(options.timeout);
    for (;;) {
      const result = predicate();
      if (result) return result;
      if (left() === 0) return false;
      this.waitSync({ timeout: left() });
    }
  }

  /**
   * Ends the wait of the `n` that have waited longest, or of as many as there are. They go on when
   * the lock is released.
   *
   * @throws {TypeError} If `n` is no number.
   * @throws {RangeError} If it is not an integer from 0.
   * @throws {Error} If this child does not hold the lock.
   */
  notify(n: number = 1): void {
    checkInteger("notify", "n", n, 0);
    this.#checkHeld("notify");
    this.#waiters.release(n, NOTIFIED);
  }

  /**
   * Ends the wait of all who wait.
   *
   * @throws {Error} If this child does not hold the lock.
   */
  notifyAll(): void {
    this.#checkHeld("notify");
    this.#waiters.release(Infinity, NOTIFIED);
  }

  #checkLive(action: string): void {
    if (!this.#block.isLive) throw new Error(`Cannot ${action} a condition that is disposed`);
  }

  #checkHeld(action: string): void {
    this.#checkLive(action);
    if (this.#mutex.isMine) return;
    throw new Error(`Cannot ${action} a condition as this child does not hold its lock`);
  }

  /**
   * Gives the condition's memory back, and that of its lock if it made it itself. Whoever still
   * waits for it or uses it, in any child, gets an `Error`.
   */
  [Symbol.dispose](): void {
    free(this.#block, { then: () => this.#waiters.wakeAll() });
    if (this.#ownsLock) this.#mutex.dispose();
  }
}

/**
 * Waits again and again until `predicate` gives something truthy, or the time is over.
 *
 * @internal
 */
export async function waitUntil<T>(
  predicate: () => T | Promise<T>,
  wait: (options: WaitOptions) => Promise<boolean>,
  { timeout, signal }: WaitOptions,
): Promise<T | false> {
  const left = countdown(timeout);
  for (;;) {
    const result = await predicate();
    if (result) return result;
    if (left() === 0) return false;
    await wait({ timeout: left(), signal });
  }
}
