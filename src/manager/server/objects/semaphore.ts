/**
 * Managed semaphores: see `Manager`.
 *
 * @module
 * @internal
 */

import { type CallContext, CallerAware } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";
import { checkSemaphoreValue } from "../../protocol/checked_arguments.ts";

/** A count that is never below 0: who would make it so waits. */
export class ServedSemaphore extends CallerAware {
  #value: number;
  readonly #most: number;
  readonly #waiting = new WaitQueue();

  constructor(value: number = 1, most: number = Infinity) {
    super();
    checkSemaphoreValue(value);
    this.#value = value;
    this.#most = most;
  }

  async acquire(caller: CallContext, options?: Patience): Promise<boolean> {
    if (this.#value > 0) {
      this.#value--;
      return true;
    }
    return await this.#waiting.wait(caller, limitOf(options), undefined) ?? false;
  }

  tryAcquire(caller: CallContext): Promise<boolean> {
    return this.acquire(caller, { block: false });
  }

  release(_caller: CallContext): void {
    if (this.#value >= this.#most) {
      throw new Error("Cannot release the semaphore more often than it was acquired");
    }
    if (this.#waiting.give(true) === undefined) this.#value++;
  }

  getValue(_caller: CallContext): number {
    return this.#value;
  }
}

/** A semaphore that is not to be released more often than it was acquired. */
export class ServedBoundedSemaphore extends ServedSemaphore {
  constructor(value: number = 1) {
    super(value, value);
  }
}
