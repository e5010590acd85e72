/**
 * Who waits for the same thing within one child, in the order of their coming: only the first takes
 * part in what goes on between the children, so a thousand waiters of one child cost no more than
 * one.
 *
 * @module
 * @internal
 */

import { Latch, type WaitOptions } from "./latch.ts";

/** A place in a local wait queue. */
export class LocalWaiter {
  readonly #queue: LocalWaitQueue;
  /** Opens when this place is the first. */
  readonly #front = new Latch();
  before: LocalWaiter | undefined;
  behind: LocalWaiter | undefined;

  constructor(queue: LocalWaitQueue, before: LocalWaiter | undefined) {
    this.#queue = queue;
    this.before = before;
    if (before === undefined) this.#front.open();
    else before.behind = this;
  }

  /** Waits to be the first: `false` once `timeout` is over; throws the reason of an abort. */
  async toFront(options: WaitOptions): Promise<boolean> {
    return this.#front.isOpen || await this.#front.wait(options);
  }

  /** Leaves the local wait queue, from wherever in it. */
  leave(): void {
    const { before, behind } = this;
    if (before !== undefined) before.behind = behind;
    if (behind !== undefined) {
      behind.before = before;
      if (before === undefined) behind.#front.open();
    } else this.#queue.last = before;
  }
}

/** A local wait queue of waiters. */
export class LocalWaitQueue {
  last: LocalWaiter | undefined;

  /** Joins at the end. */
  join(): LocalWaiter {
    return this.last = new LocalWaiter(this, this.last);
  }
}

/** By where the thing is: several handles of one child may stand for the same lock. */
const queues = new Map<string, LocalWaitQueue>();

/** Joins the local wait queue for a thing. What this gives leaves it again. */
export function joinLocalQueue(key: string): { waiter: LocalWaiter; leave: () => void } {
  const queue = queues.get(key) ?? new LocalWaitQueue();
  queues.set(key, queue);
  const waiter = queue.join();
  return {
    waiter,
    leave: () => {
      waiter.leave();
      if (queue.last === undefined) queues.delete(key);
    },
  };
}
