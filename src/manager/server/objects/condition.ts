/**
 * Managed conditions.
 *
 * @module
 * @internal
 */

import { checkInteger } from "../../../arguments.ts";
import { type CallContext, CallerAware } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import { BaseLock, ServedLock } from "./lock.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";

/** A lock, and a way to wait for what others do under it. */
export class ServedCondition extends CallerAware {
  readonly #lock: BaseLock;
  readonly #waiting = new WaitQueue();

  constructor(lock: unknown = new ServedLock()) {
    super();
    if (!(lock instanceof BaseLock)) {
      throw new TypeError("Cannot make a condition as lock must be this manager's Lock or RLock");
    }
    this.#lock = lock;
  }

  acquire(caller: CallContext, options?: Patience): boolean | Promise<boolean> {
    return this.#lock.acquire(caller, options);
  }

  tryAcquire(caller: CallContext): boolean | Promise<boolean> {
    return this.#lock.tryAcquire(caller);
  }

  release(caller: CallContext): void {
    this.#lock.release(caller);
  }

  abandoned(caller: CallContext): boolean {
    return this.#lock.abandoned(caller);
  }

  /** However the wait ends, the lock is held again then, unless the client is gone. */
  async wait(caller: CallContext, options?: Patience): Promise<boolean> {
    this.#checkHeld(caller, "wait for");
    const waited = this.#waiting.wait(caller, limitOf(options), undefined);
    const depth = this.#lock.suspend();
    let isNotified = false;
    try {
      isNotified = await waited ?? false;
    } finally {
      await this.#lock.resume(caller.withoutEnd(), depth);
    }
    return isNotified;
  }

  /** Before a client asks its predicate, which may be true already. */
  checkHeld(caller: CallContext): void {
    this.#checkHeld(caller, "wait for");
  }

  notify(caller: CallContext, n: number = 1): void {
    checkInteger("notify", "n", n, 0);
    this.#checkHeld(caller, "notify");
    for (let i = 0; i < n && this.#waiting.give(true) !== undefined; i++);
  }

  notifyAll(caller: CallContext): void {
    this.#checkHeld(caller, "notify");
    this.#waiting.giveAll(true);
  }

  #checkHeld(caller: CallContext, verb: string): void {
    if (this.#lock.isHeldBy(caller.client)) return;
    throw new Error(`Cannot ${verb} a condition as this client does not hold its lock`);
  }
}
