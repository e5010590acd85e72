import { checkFunction, checkInteger, checkOptions, checkTimeout } from "../arguments.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { BrokenBarrierError } from "../errors.ts";
import type { Block } from "../memory/allocator.ts";
import { checkWait, countdown, type WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { allocateBarrier, type BarrierArrival, BarrierState } from "./barrier_state.ts";
import { showAs } from "../runtime/inspection.ts";

const mostParties = 2 ** 31 - 1;

/** What a barrier has besides its number of parties. */
export interface BarrierOptions {
  /** Called by the last to arrive, before anyone goes on. If it throws, the barrier is broken. */
  readonly action?: (() => unknown) | undefined;
  /** The timeout of a `wait` that gives none, in milliseconds. */
  readonly timeout?: number | undefined;
}

/**
 * A place where a number of parties wait for each other: when the last arrives, all go on, and the
 * barrier can be used again. It travels to other children, where it is the same barrier.
 *
 * A party that gives up, by a timeout or an abort, breaks the barrier: the others, and all who come
 * later, get a `BrokenBarrierError` until `reset` is called.
 *
 * @example
 * ```ts
 * import { Barrier, Process, task } from "@nproc/multiprocessing";
 *
 * export const step = task(import.meta, async (barrier: Barrier) => {
 *   console.log("before");
 *   await barrier.wait();
 *   console.log("after");
 * });
 *
 * if (import.meta.main) {
 *   const barrier = new Barrier(2);
 *   for (let i = 0; i < 2; i++) new Process({ target: step, args: [barrier] }).start();
 * }
 * ```
 */
export class Barrier {
  readonly #state: BarrierState;
  readonly #options: BarrierOptions;

  /**
   * Makes a barrier at which nobody waits, for children of the context's start method.
   *
   * @param parties How many must arrive.
   * @param options What the last to arrive does, and a timeout. An action travels with the barrier
   * if a module exports it or it is a `task()`; a barrier with another is refused.
   * @throws {RangeError} If `parties` is not an integer from 1.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(parties: number, options?: BarrierOptions);
  constructor(parties: number, options: BarrierOptions = {}, block?: Block) {
    checkBarrier(parties, options);
    this.#state = new BarrierState(block ?? allocateBarrier(startMethodOf(new.target), parties));
    this.#options = { action: options.action, timeout: options.timeout };
  }

  static {
    showAs<Barrier>(
      this,
      "Barrier",
      ({ parties, nWaiting, broken }) => ({ parties, waiting: nWaiting, broken }),
    );
    registerHandle<Barrier>({
      name: "Barrier",
      module: import.meta.url,
      matches: (value): value is Barrier => #state in value,
      blockOf: (barrier) => barrier.#state.block,
      describe: (barrier) => [barrier.parties, barrier.#options],
      revive: (block, description) => {
        const [parties, options] = description as [number, BarrierOptions];
        return fromParts(Barrier, parties, options, block);
      },
    });
  }

  /** How many must arrive. */
  get parties(): number {
    return this.#state.parties;
  }

  /** How many wait at present. */
  get nWaiting(): number {
    return this.#state.waiting;
  }

  /** Whether somebody gave up, or called `abort`: nobody can wait until `reset` is called. */
  get broken(): boolean {
    return this.#state.isBroken;
  }

  /**
   * Waits until all parties have arrived.
   *
   * @returns Which arrival this was, from 0 to `parties - 1`: each comes once in a round.
   * @throws {BrokenBarrierError} If the barrier is broken, or is broken or reset meanwhile; also
   * once `timeout` (milliseconds) is over, which breaks it.
   * @throws The signal's reason, if that is aborted first, which breaks the barrier, too; and what
   * the action throws, if this was the last to arrive.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    checkWait(options);
    const { timeout = this.#options.timeout, signal } = options;
    const left = countdown(timeout);
    let arrival: BarrierArrival | undefined;
    while ((arrival = this.#state.arrive()) === undefined) {
      const wait = this.#state.acted.wait(this.#state.hasActed, { timeout: left(), signal });
      await wait.then(checkInTime).catch((error) => this.#giveUp(error, this.#state.round));
    }
    const { waiter } = arrival;
    if (waiter === undefined) return await this.#act(arrival);
    const wait = waiter.futex.wait(this.#state.isOver(waiter), { timeout: left(), signal });
    return await wait.then(
      () => this.#state.leave(arrival.index, waiter, gaveUp()),
      (error) => this.#state.leave(arrival.index, waiter, error),
    );
  }

  /**
   * Does what `wait` does with this thread blocked meanwhile. An action must not be asynchronous.
   *
   * @returns Which arrival this was, from 0 to `parties - 1`.
   * @throws {BrokenBarrierError} As `wait` does.
   */
  waitSync(options: Omit<WaitOptions, "signal"> = {}): number {
    checkWait(options);
    const left = countdown(options.timeout ?? this.#options.timeout);
    let arrival: BarrierArrival | undefined;
    while ((arrival = this.#state.arrive()) === undefined) {
      if (!this.#state.acted.waitSync(this.#state.hasActed, left())) {
        this.#giveUp(gaveUp(), this.#state.round);
      }
    }
    const { waiter } = arrival;
    if (waiter === undefined) return this.#actSync(arrival);
    waiter.futex.waitSync(this.#state.isOver(waiter), left());
    return this.#state.leave(arrival.index, waiter, gaveUp());
  }

  /** The last to arrive runs the action, and lets the others go. */
  async #act(arrival: BarrierArrival): Promise<number> {
    try {
      await this.#options.action?.();
    } catch (error) {
      this.#giveUp(error, arrival.round);
    }
    return this.#state.pass(arrival);
  }

  #actSync(arrival: BarrierArrival): number {
    try {
      const result = this.#options.action?.();
      if (result instanceof Promise) {
        throw new TypeError("Cannot wait with waitSync as the barrier's action is asynchronous");
      }
    } catch (error) {
      this.#giveUp(error, arrival.round);
    }
    return this.#state.pass(arrival);
  }

  /** Breaks the barrier, if it is still in that round. */
  #giveUp(error: unknown, round: number): never {
    this.#state.breakRound(round);
    throw error;
  }

  /** Makes the barrier usable and empty. Those who wait get a `BrokenBarrierError`. */
  reset(): void {
    this.#state.reset();
  }

  /** Breaks the barrier: those who wait, and those who come, get a `BrokenBarrierError`. */
  abort(): void {
    this.#state.abort();
  }

  /**
   * Gives the barrier's memory back. Whoever still waits for it or uses it, in any child, gets an
   * `Error`.
   */
  [Symbol.dispose](): void {
    this.#state.dispose();
  }
}

function checkBarrier(parties: unknown, options: BarrierOptions): void {
  const verb = "make a barrier";
  checkInteger(verb, "parties", parties, 1, mostParties);
  checkOptions(verb, options);
  checkTimeout(options.timeout);
  if (options.action !== undefined) checkFunction(verb, "action", options.action);
}

function checkInTime(inTime: boolean): void {
  if (!inTime) throw gaveUp();
}

const gaveUp = (): BrokenBarrierError =>
  new BrokenBarrierError("The barrier is broken as this wait has timed out");
