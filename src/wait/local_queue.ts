/**
 * Who waits for the same thing within one child, in the order of their coming: only the first takes
 * part in what goes on between the children, so a thousand waiters of one child cost no more than one.
 *
 * @module
 * @internal
 */

import { Latch, type WaitOptions } from "./latch.ts";

/** A place in a line. */
export class LocalWaiter {
  readonly #line: LocalWaitQueue;
  /** Opens when this place is the first. */
  readonly #front = new Latch();
  before: LocalWaiter | undefined;
  behind: LocalWaiter | undefined;

  constructor(line: LocalWaitQueue, before: LocalWaiter | undefined) {
    this.#line = line;
    this.before = before;
    if (before === undefined) this.#front.open();
    else before.behind = this;
  }

  /** Waits to be the first: `false` once `timeout` is over; throws the reason of an abort. */
  async toFront(options: WaitOptions): Promise<boolean> {
    return this.#front.isOpen || await this.#front.wait(options);
  }

  /** Leaves the line, from wherever in it. */
  leave(): void {
    const { before, behind } = this;
    if (before !== undefined) before.behind = behind;
    if (behind !== undefined) {
      behind.before = before;
      if (before === undefined) behind.#front.open();
    } else this.#line.last = before;
  }
}

/** A line of waiters. */
export class LocalWaitQueue {
  last: LocalWaiter | undefined;

  /** Joins at the end. */
  join(): LocalWaiter {
    return this.last = new LocalWaiter(this, this.last);
  }
}

/** By where the thing is: several handles of one child may stand for the same lock. */
const lines = new Map<string, LocalWaitQueue>();

/** Joins the line for a thing. What this gives leaves it again. */
export function joinLocalQueue(key: string): { place: LocalWaiter; leave: () => void } {
  const line = lines.get(key) ?? new LocalWaitQueue();
  lines.set(key, line);
  const place = line.join();
  return {
    place,
    leave: () => {
      place.leave();
      if (line.last === undefined) lines.delete(key);
    },
  };
}
