/**
 * Managed events.
 *
 * @module
 * @internal
 */

import { type CallContext, CallerAware } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";

/** A flag that can be waited for. */
export class ServedEvent extends CallerAware {
  #isSet = false;
  readonly #waiting = new WaitQueue();

  set(_caller: CallContext): void {
    this.#isSet = true;
    this.#waiting.giveAll(true);
  }

  clear(_caller: CallContext): void {
    this.#isSet = false;
  }

  isSet(_caller: CallContext): boolean {
    return this.#isSet;
  }

  async wait(caller: CallContext, options?: Patience): Promise<boolean> {
    if (this.#isSet) return true;
    return await this.#waiting.wait(caller, limitOf(options), undefined) ?? false;
  }
}
