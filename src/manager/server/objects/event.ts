/**
 * Managed events.
 *
 * @module
 * @internal
 */

import { Attended, type Caller } from "../call_context.ts";
import { WaitLine } from "../wait_queue.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";

/** A flag that can be waited for. */
export class Event extends Attended {
  #isSet = false;
  readonly #waiting = new WaitLine();

  set(_caller: Caller): void {
    this.#isSet = true;
    this.#waiting.giveAll(true);
  }

  clear(_caller: Caller): void {
    this.#isSet = false;
  }

  isSet(_caller: Caller): boolean {
    return this.#isSet;
  }

  async wait(caller: Caller, options?: Patience): Promise<boolean> {
    if (this.#isSet) return true;
    return await this.#waiting.wait(caller, limitOf(options), undefined) ?? false;
  }
}
