/**
 * Waiting within a server: those who wait for a managed object, first come, first served.
 *
 * @module
 * @internal
 */

import { longestTimer } from "../../wait/latch.ts";
import type { CallContext } from "./call_context.ts";

/** Somebody who waits. */
export interface WaitingCall<W> {
  readonly caller: CallContext;
  /** What they have brought with them. */
  readonly brought: W;
}

interface QueuedWaiter<T, W> extends WaitingCall<W> {
  give(value: T): void;
}

/** Those who wait to be given a `T`, and what each has brought. */
export class WaitQueue<T = true, W = undefined> {
  readonly #waiters = new Set<QueuedWaiter<T, W>>();

  /** How many wait. */
  get length(): number {
    return this.#waiters.size;
  }

  /**
   * Waits to be given something; `undefined` once `timeout` (milliseconds) is over.
   *
   * @throws Why the call was given up, if it is: then nothing was given.
   */
  wait(caller: CallContext, timeout: number | undefined, brought: W): Promise<T | undefined> {
    if (caller.givenUp !== undefined) return Promise.reject(caller.givenUp.reason);
    if (timeout !== undefined && timeout <= 0) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void) => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        caller.onGivenUp = undefined;
        settle();
      };
      const waiter = { caller, brought, give: (value: T) => leave(() => resolve(value)) };
      const timer = timeout === undefined || timeout > longestTimer
        ? undefined
        : setTimeout(() => leave(() => resolve(undefined)), timeout);
      caller.onGivenUp = (reason) => leave(() => reject(reason));
      this.#waiters.add(waiter);
    });
  }

  /** Gives something to the one who has waited longest, if anyone waits; who that was. */
  give(value: T): WaitingCall<W> | undefined {
    const [first] = this.#waiters;
    first?.give(value);
    return first;
  }

  /** Gives the same to all who wait. */
  giveAll(value: T): void {
    for (const waiter of [...this.#waiters]) waiter.give(value);
  }
}
