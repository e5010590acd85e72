import { checkFunction, checkInteger, checkOptions, checkTimeout } from "../arguments.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { BrokenBarrierError } from "../errors.ts";
import { allocateOwned, type Block, free } from "../memory/allocator.ts";
import { Futex } from "../memory/futex.ts";
import { checkWait, countdown, type WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import { type Waiter, WaiterList } from "./waiters.ts";
import { showAs } from "../runtime/inspection.ts";

/** Where the parts are, in words behind the mutex that guards them. */
const partiesAt = mutexSize / 4;
const arrivedAt = partiesAt + 1;
const phaseAt = partiesAt + 2;
/** Whose action is running. */
const runnerAt = partiesAt + 3;
/** Counts the ends of rounds, however they ended. */
const roundAt = partiesAt + 4;
const waitersAt = partiesAt + 5;
/** Those who came while an action was running. */
const futexAt = partiesAt + 6;
const size = (partiesAt + 8) * 4;

const mostParties = 2 ** 31 - 1;

const FILLING = 0;
/** All have arrived, and the last of them runs the action. */
const ACTING = 1;
const BROKEN = 2;

/** What waiters are told. */
const PASSED = 1;
const FAILED = 2;

/** What a barrier has besides its number of parties. */
export interface BarrierOptions {
  /** Called by the last to arrive, before anyone goes on. If it throws, the barrier is broken. */
  readonly action?: (() => unknown) | undefined;
  /** The timeout of a `wait` that gives none, in milliseconds. */
  readonly timeout?: number | undefined;
}

/** One call of `wait`: which arrival it is, in which round, and how it waits unless it is the last. */
interface BarrierArrival {
  readonly index: number;
  readonly round: number;
  readonly waiter: Waiter | undefined;
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
  readonly #mutex: Mutex;
  readonly #block: Block;
  readonly #words: Int32Array;
  readonly #waiters: WaiterList;
  readonly #acted: Futex;
  readonly #options: BarrierOptions;

  /**
   * Makes a barrier at which nobody waits, for children of the context's start method.
   *
   * @param parties How many must arrive.
   * @param options What the last to arrive does, and a timeout. An action travels with the barrier
   * if a module exports it or it is a `task()`; a barrier with another is refused.
   * @throws {RangeError} If `parties` is not an integer from 1.
   * @throws {Error} If this program cannot share memory between processes; the message names the remedy.
   */
  constructor(parties: number, options?: BarrierOptions);
  constructor(parties: number, options: BarrierOptions = {}, block?: Block) {
    checkBarrier(parties, options);
    this.#block = block ?? allocateOwned(startMethodOf(new.target), size);
    this.#words = this.#block.arena.words;
    this.#mutex = new Mutex(this.#block, "a barrier", "owner");
    this.#waiters = new WaiterList(this.#block.arena, this.#block.word + waitersAt);
    this.#acted = new Futex(this.#block.arena, this.#block.word + futexAt);
    this.#options = { action: options.action, timeout: options.timeout };
    if (block === undefined) this.#set(partiesAt, parties);
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
      matches: (value): value is Barrier => #waiters in value,
      blockOf: (barrier) => barrier.#block,
      describe: (barrier) => [barrier.parties, barrier.#options],
      revive: (block, description) => {
        const [parties, options] = description as [number, BarrierOptions];
        return fromParts(Barrier, parties, options, block);
      },
    });
  }

  /** How many must arrive. */
  get parties(): number {
    this.#mutex.check("use");
    return this.#get(partiesAt);
  }

  /** How many wait at present. */
  get nWaiting(): number {
    this.#mutex.check("use");
    return this.#get(phaseAt) === FILLING ? this.#get(arrivedAt) : 0;
  }

  /** Whether somebody gave up, or called `abort`: nobody can wait until `reset` is called. */
  get broken(): boolean {
    this.#mutex.check("use");
    return this.#get(phaseAt) === BROKEN;
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
    while ((arrival = this.#arrive()) === undefined) {
      const wait = this.#acted.wait(this.#hasActed, { timeout: left(), signal });
      await wait.then(checkInTime).catch((error) => this.#giveUp(error));
    }
    const { waiter } = arrival;
    if (waiter === undefined) return await this.#act(arrival);
    const wait = waiter.futex.wait(this.#isOver(waiter), { timeout: left(), signal });
    return await wait.then(
      () => this.#leave(arrival.index, waiter),
      (error) => this.#leave(arrival.index, waiter, error),
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
    while ((arrival = this.#arrive()) === undefined) {
      if (!this.#acted.waitSync(this.#hasActed, left())) this.#giveUp(gaveUp());
    }
    const { waiter } = arrival;
    if (waiter === undefined) return this.#actSync(arrival);
    waiter.futex.waitSync(this.#isOver(waiter), left());
    return this.#leave(arrival.index, waiter);
  }

  /** Arrives; `undefined` while the action of the round before is running. */
  #arrive(): BarrierArrival | undefined {
    return this.#locked(() => {
      if (this.#get(phaseAt) === ACTING) {
        if (!this.#hasActed()) return undefined;
        // Its runner has died.
        this.#break();
      }
      if (this.#get(phaseAt) === BROKEN) {
        throw new BrokenBarrierError("Cannot wait at a barrier as it is broken");
      }
      const index = this.#get(arrivedAt);
      const round = this.#get(roundAt);
      this.#set(arrivedAt, index + 1);
      if (index + 1 < this.parties) return { index, round, waiter: this.#waiters.append() };
      this.#set(runnerAt, this.#block.arena.me);
      this.#set(phaseAt, ACTING);
      return { index, round, waiter: undefined };
    });
  }

  /** The last to arrive runs the action, and lets the others go. */
  async #act(arrival: BarrierArrival): Promise<number> {
    try {
      await this.#options.action?.();
    } catch (error) {
      this.#giveUp(error, arrival.round);
    }
    return this.#pass(arrival);
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
    return this.#pass(arrival);
  }

  #pass({ index, round }: BarrierArrival): number {
    return this.#locked(() => {
      if (this.#get(roundAt) !== round) throw brokenMeanwhile();
      this.#endRound(FILLING, PASSED);
      return index;
    });
  }

  /** Whether no action is running, as this child sees it without the mutex. */
  readonly #hasActed = (): boolean => {
    this.#mutex.check("wait at");
    return this.#get(phaseAt) !== ACTING ||
      !this.#block.arena.members.isAlive(this.#get(runnerAt));
  };

  #isOver(waiter: Waiter): () => boolean {
    return () => {
      if (waiter.outcome !== 0) return true;
      return this.#get(phaseAt) === ACTING ? this.#hasActed() : !this.#block.isLive;
    };
  }

  /** Ends a wait that was not the last to arrive. Who was let go was so, even if it gives up now. */
  #leave(index: number, waiter: Waiter, error: unknown = gaveUp()): number {
    return this.#locked(() => {
      const outcome = this.#waiters.end(waiter);
      if (outcome === PASSED) return index;
      if (outcome === FAILED) throw brokenMeanwhile();
      const hasRunnerDied = this.#get(phaseAt) === ACTING && this.#hasActed();
      this.#break();
      throw hasRunnerDied ? brokenMeanwhile() : error;
    });
  }

  /** Breaks the barrier, if it is still in that round. */
  #giveUp(error: unknown, round: number = this.#get(roundAt)): never {
    this.#locked(() => {
      if (this.#get(roundAt) === round) this.#break();
    });
    throw error;
  }

  #break(): void {
    this.#endRound(BROKEN, FAILED);
  }

  /** Ends the round under the mutex: tells all who wait. */
  #endRound(phase: number, outcome: number): void {
    this.#waiters.release(Infinity, outcome);
    this.#set(arrivedAt, 0);
    this.#set(roundAt, this.#get(roundAt) + 1);
    this.#set(phaseAt, phase);
    this.#acted.wake();
  }

  /** Makes the barrier usable and empty. Those who wait get a `BrokenBarrierError`. */
  reset(): void {
    this.#locked(() => this.#endRound(FILLING, FAILED));
  }

  /** Breaks the barrier: those who wait, and those who come, get a `BrokenBarrierError`. */
  abort(): void {
    this.#locked(() => this.#break());
  }

  /** Does something that takes no time, alone. Who died in the middle of it has broken the barrier. */
  #locked<T>(action: () => T): T {
    return this.#mutex.locked(() => {
      if (this.#mutex.isAbandoned) this.#break();
      return action();
    });
  }

  #get(at: number): number {
    return Atomics.load(this.#words, this.#block.word + at);
  }

  #set(at: number, value: number): void {
    Atomics.store(this.#words, this.#block.word + at, value);
  }

  /** Gives the barrier's memory back. Whoever still waits for it or uses it, in any child, gets an `Error`. */
  [Symbol.dispose](): void {
    free(this.#block, {
      then: () => {
        this.#mutex.wake();
        this.#waiters.stir();
        this.#acted.wake();
      },
    });
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
const brokenMeanwhile = (): BrokenBarrierError =>
  new BrokenBarrierError("The barrier was broken or reset while this wait was at it");
