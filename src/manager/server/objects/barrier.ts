/**
 * Managed barriers: see `Manager`.
 *
 * @module
 * @internal
 */

import { BrokenBarrierError } from "../../../errors.ts";
import { type CallContext, CallerAware } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import type { Patience } from "../../protocol/options.ts";
import { checkParties } from "../../protocol/checked_arguments.ts";

/** What a barrier has besides its number of parties. */
interface Options {
  readonly action?: (() => unknown) | undefined;
  readonly timeout?: number | undefined;
}

/** Those who have arrived since the barrier was empty. */
class Round {
  readonly waiting = new WaitQueue<"passed" | "broken">();
  arrived = 0;
  isBroken = false;

  break(): void {
    this.isBroken = true;
    this.waiting.giveAll("broken");
  }
}

/** A place where a number of parties wait for each other. */
export class ServedBarrier extends CallerAware {
  readonly #parties: number;
  readonly #options: Options;
  #round = new Round();

  constructor(parties: number, options: Options = {}) {
    super();
    checkParties(parties);
    this.#parties = parties;
    this.#options = options;
  }

  async wait(
    caller: CallContext,
    { timeout = this.#options.timeout }: Patience = {},
  ): Promise<number> {
    const round = this.#round;
    if (round.isBroken) throw new BrokenBarrierError("Cannot wait at a barrier as it is broken");
    const index = round.arrived++;
    if (index + 1 === this.#parties) return await this.#pass(round, index);
    let outcome: "passed" | "broken" | undefined;
    try {
      outcome = await round.waiting.wait(caller, timeout, undefined);
    } catch (error) {
      this.#break(round);
      throw error;
    }
    if (outcome === "passed") return index;
    if (outcome === "broken") throw brokenMeanwhile();
    this.#break(round);
    throw new BrokenBarrierError("The barrier is broken as this wait has timed out");
  }

  /** Breaks a round, and the barrier: those who came while the round's action was running, too. */
  #break(round: Round): void {
    round.break();
    this.#round.break();
  }

  /**
   * The last to arrive runs the action, and lets the others go. Who comes meanwhile is of the next
   * round.
   */
  async #pass(round: Round, index: number): Promise<number> {
    this.#round = new Round();
    try {
      await this.#options.action?.();
    } catch (error) {
      this.#break(round);
      throw error;
    }
    if (round.isBroken) throw brokenMeanwhile();
    round.waiting.giveAll("passed");
    return index;
  }

  reset(_caller: CallContext): void {
    this.#round.break();
    this.#round = new Round();
  }

  abort(_caller: CallContext): void {
    this.#round.break();
  }

  parties(_caller: CallContext): number {
    return this.#parties;
  }

  nWaiting(_caller: CallContext): number {
    return this.#round.isBroken ? 0 : this.#round.waiting.length;
  }

  broken(_caller: CallContext): boolean {
    return this.#round.isBroken;
  }
}

const brokenMeanwhile = (): BrokenBarrierError =>
  new BrokenBarrierError("The barrier was broken or reset while this wait was at it");
