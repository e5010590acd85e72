import { checkFunction } from "../../../arguments.ts";
import { TimeoutError } from "../../../errors.ts";
import { checkWait, type WaitOptions } from "../../../wait/latch.ts";
import { Hold } from "../../../sync/acquirable.ts";
import { waitUntil } from "../../../sync/condition.ts";
import type { AcquireOptions } from "../../../memory/lock_word.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call, callPatiently, post } from "./base_proxy.ts";

/**
 * What can be acquired and must be released, in the manager's server. The owner of a lock is the
 * client that has acquired it: a child (or another program) with all that runs in it.
 */
export abstract class AcquirableProxy extends BaseProxy {
  /**
   * Waits until it is free, and acquires it. Those who wait get it in the order in which they came.
   *
   * @returns `true`; `false` once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first. It was not acquired then.
   */
  acquire(options: AcquireOptions = {}): Promise<boolean> {
    return callPatiently(this, "acquire", [], options);
  }

  /**
   * Acquires it if that needs no waiting.
   *
   * @returns Whether it was acquired.
   */
  tryAcquire(): Promise<boolean> {
    return call(this, "tryAcquire");
  }

  /**
   * Releases what was acquired. A `Lock` and a semaphore can be released by any client, an `RLock`
   * by the one that holds it, as often as that has acquired it.
   *
   * @throws {Error} If nobody holds it, or another client holds an `RLock`.
   */
  release(): Promise<void> {
    return call(this, "release");
  }

  /**
   * Acquires it, and gives what releases it: `using _ = await lock.hold()` holds it to the end of
   * the block. The release is on its way then; whatever is asked of the manager afterwards comes
   * behind it.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws The signal's reason, if that is aborted first.
   */
  async hold(options: WaitOptions = {}): Promise<Disposable> {
    if (await this.acquire(options)) return new Hold({ release: () => post(this, "release", []) });
    throw new TimeoutError(`Cannot hold it as it was not free within ${options.timeout} ms`);
  }
}

/** A managed lock, or one that a condition has. */
export abstract class OwnedProxy extends AcquirableProxy {
  /** Whether the client that held it before ended without releasing it; until it is released. */
  get abandoned(): Promise<boolean> {
    return call(this, "abandoned");
  }
}

/** A managed lock: one client holds it, and any may release it. */
export class LockProxy extends OwnedProxy {
  static {
    defineProxy("Lock", (target) => new LockProxy(target));
  }
}

/** A managed lock that the client which holds it may acquire again. */
export class RLockProxy extends OwnedProxy {
  static {
    defineProxy("RLock", (target) => new RLockProxy(target));
  }
}

/** A managed semaphore. What a client had acquired that has ended is not given back. */
export class SemaphoreProxy extends AcquirableProxy {
  static {
    defineProxy("Semaphore", (target) => new SemaphoreProxy(target));
  }

  /** How often it can be acquired at present without waiting. */
  getValue(): Promise<number> {
    return call(this, "getValue");
  }
}

/** A managed semaphore that cannot be released more often than it was acquired. */
export class BoundedSemaphoreProxy extends SemaphoreProxy {
  static {
    defineProxy("BoundedSemaphore", (target) => new BoundedSemaphoreProxy(target));
  }
}

/** A managed condition: a lock, and a way to wait for what others do under it. */
export class ConditionProxy extends OwnedProxy {
  static {
    defineProxy("Condition", (target) => new ConditionProxy(target));
  }

  /**
   * Gives the lock up, waits to be notified, and takes the lock again, however the wait ends.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first; the lock is held then, too.
   * @throws {Error} If this client does not hold the lock.
   */
  wait(options: WaitOptions = {}): Promise<boolean> {
    return callPatiently(this, "wait", [], options);
  }

  /**
   * Waits until `predicate` gives something truthy, which is then the result. It is called here,
   * with the lock held, at once and after each notification.
   *
   * @returns What `predicate` gave, or `false` once `timeout` (milliseconds) is over.
   * @throws What `predicate` throws; the signal's reason, if that is aborted first. The lock is
   * held then, too.
   * @throws {Error} If this client does not hold the lock.
   */
  async waitFor<T>(
    predicate: () => T | Promise<T>,
    options: WaitOptions = {},
  ): Promise<T | false> {
    checkFunction("wait for a condition", "predicate", predicate);
    checkWait(options);
    await call(this, "checkHeld");
    return await waitUntil(predicate, (options) => this.wait(options), options);
  }

  /**
   * Ends the wait of the `n` that have waited longest, or of as many as there are.
   *
   * @throws {RangeError} If `n` is not an integer from 0.
   * @throws {Error} If this client does not hold the lock.
   */
  notify(n: number = 1): Promise<void> {
    return call(this, "notify", [n]);
  }

  /**
   * Ends the wait of all.
   *
   * @throws {Error} If this client does not hold the lock.
   */
  notifyAll(): Promise<void> {
    return call(this, "notifyAll");
  }
}
