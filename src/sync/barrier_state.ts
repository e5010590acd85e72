/**
 * The state of a barrier in shared memory: how many parties have arrived in which round, and who
 * waits. Every change is made under the barrier's mutex. A child that dies while it holds that has
 * broken the barrier.
 *
 * @module
 * @internal
 */

import { BrokenBarrierError } from "../errors.ts";
import { allocateOwned, type Block, free } from "../memory/allocator.ts";
import { Futex } from "../memory/futex.ts";
import { Mutex, mutexSize } from "../memory/mutex.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type Waiter, WaiterList } from "./waiters.ts";

// Where the parts are, in words behind the mutex that guards them.
const partiesAt = mutexSize / 4;
const arrivedAt = partiesAt + 1;
const phaseAt = partiesAt + 2;
/** The member id of the child that runs the action. */
const runnerAt = partiesAt + 3;
/** Counts the ends of rounds, however they ended. */
const roundAt = partiesAt + 4;
const waitersAt = partiesAt + 5;
/** The futex of those who came while an action was running. */
const futexAt = partiesAt + 6;
const size = (partiesAt + 8) * 4;

const FILLING = 0;
/** All have arrived, and the last of them runs the action. */
const ACTING = 1;
const BROKEN = 2;

// The outcomes of a wait.
const PASSED = 1;
const FAILED = 2;

/** An arrival of the current round. */
export interface BarrierArrival {
  /** From 0 to one less than the number of parties. */
  readonly index: number;
  readonly round: number;
  /** Absent for the last to arrive, who does not wait. */
  readonly waiter: Waiter | undefined;
}

/** Makes the memory of a barrier at which nobody waits. */
export function allocateBarrier(method: StartMethod, parties: number): Block {
  const block = allocateOwned(method, size);
  Atomics.store(block.arena.words, block.word + partiesAt, parties);
  return block;
}

/** The state of a barrier, as this child sees it. */
export class BarrierState {
  readonly block: Block;
  /** Woken when an action has ended. */
  readonly acted: Futex;
  readonly #words: Int32Array;
  readonly #mutex: Mutex;
  readonly #waiters: WaiterList;

  constructor(block: Block) {
    const { arena, word } = block;
    this.block = block;
    this.acted = new Futex(arena, word + futexAt);
    this.#words = arena.words;
    this.#mutex = new Mutex(block, "a barrier", "owner");
    this.#waiters = new WaiterList(arena, word + waitersAt);
  }

  get parties(): number {
    this.#mutex.check("use");
    return this.#get(partiesAt);
  }

  get waiting(): number {
    this.#mutex.check("use");
    return this.#get(phaseAt) === FILLING ? this.#get(arrivedAt) : 0;
  }

  get isBroken(): boolean {
    this.#mutex.check("use");
    return this.#get(phaseAt) === BROKEN;
  }

  get round(): number {
    return this.#get(roundAt);
  }

  /** Arrives; `undefined` while the action of the round before is running. */
  arrive(): BarrierArrival | undefined {
    return this.#locked(() => {
      if (this.#get(phaseAt) === ACTING) {
        if (!this.hasActed()) return undefined;
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
      this.#set(runnerAt, this.block.arena.me);
      this.#set(phaseAt, ACTING);
      return { index, round, waiter: undefined };
    });
  }

  /** The last to arrive lets the others go on. */
  pass({ index, round }: BarrierArrival): number {
    return this.#locked(() => {
      if (this.#get(roundAt) !== round) throw brokenMeanwhile();
      this.#endRound(FILLING, PASSED);
      return index;
    });
  }

  /** Whether no action is running, as this child sees it without the mutex. */
  readonly hasActed = (): boolean => {
    this.#mutex.check("wait at");
    return this.#get(phaseAt) !== ACTING ||
      !this.block.arena.members.isAlive(this.#get(runnerAt));
  };

  /** Makes a function that tells whether a wait is over. */
  isOver(waiter: Waiter): () => boolean {
    return () => {
      if (waiter.outcome !== 0) return true;
      return this.#get(phaseAt) === ACTING ? this.hasActed() : !this.block.isLive;
    };
  }

  /**
   * Ends a wait of a party that was not the last to arrive. A party that was let go on goes on,
   * even if it gives up at this moment.
   *
   * @throws `error` if it gives up; a `BrokenBarrierError` if the barrier was broken before.
   */
  leave(index: number, waiter: Waiter, error: unknown): number {
    return this.#locked(() => {
      const outcome = this.#waiters.end(waiter);
      if (outcome === PASSED) return index;
      if (outcome === FAILED) throw brokenMeanwhile();
      const hasRunnerDied = this.#get(phaseAt) === ACTING && this.hasActed();
      this.#break();
      throw hasRunnerDied ? brokenMeanwhile() : error;
    });
  }

  /** Breaks the barrier, if it is still in that round. */
  breakRound(round: number): void {
    this.#locked(() => {
      if (this.#get(roundAt) === round) this.#break();
    });
  }

  /** Breaks the barrier. */
  abort(): void {
    this.#locked(() => this.#break());
  }

  /** Makes the barrier usable and empty. */
  reset(): void {
    this.#locked(() => this.#endRound(FILLING, FAILED));
  }

  /** Frees its memory. */
  dispose(): void {
    free(this.block, {
      then: () => {
        this.#mutex.wake();
        this.#waiters.wakeAll();
        this.acted.wake();
      },
    });
  }

  #break(): void {
    this.#endRound(BROKEN, FAILED);
  }

  /** Ends the round under the mutex, with the same outcome for all who wait. */
  #endRound(phase: number, outcome: number): void {
    this.#waiters.release(Infinity, outcome);
    this.#set(arrivedAt, 0);
    this.#set(roundAt, this.#get(roundAt) + 1);
    this.#set(phaseAt, phase);
    this.acted.wake();
  }

  /** Calls a function that takes no time, under the mutex. */
  #locked<T>(action: () => T): T {
    return this.#mutex.locked(() => {
      if (this.#mutex.isAbandoned) this.#break();
      return action();
    });
  }

  #get(at: number): number {
    return Atomics.load(this.#words, this.block.word + at);
  }

  #set(at: number, value: number): void {
    Atomics.store(this.#words, this.block.word + at, value);
  }
}

const brokenMeanwhile = (): BrokenBarrierError =>
  new BrokenBarrierError("The barrier was broken or reset while this wait was at it");
