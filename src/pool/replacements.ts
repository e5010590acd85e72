/**
 * When workers that died are replaced, and when a pool gives up: workers that keep dying without
 * finishing anything (an initializer that schedules an exit, a full /dev/shm, a system that is out
 * of memory) must neither be started for ever nor leave the tasks without an answer.
 *
 * @module
 * @internal
 */

import { WorkerLostError } from "../errors.ts";
import { after, type Delay } from "../runtime/timers.ts";

/** The first delay before a replacement, in milliseconds; each one that did not help doubles it. */
const firstDelay = 50;
/** The longest delay: a pool without tasks tries for ever, but seldom. */
const longestDelay = 30_000;
/**
 * How many delays in a row may not help while tasks wait: about 1.5 s beside the workers' starts.
 */
const mostDelays = 5;

/** A worker that died, or that could not even be started. */
export interface DeadWorker {
  readonly name: string;
  readonly pid: number;
  readonly exitCode: number | null;
  /** The error that ended it, if that is known. */
  readonly crash: { readonly error: unknown } | undefined;
}

/** What replacements need of their pool. */
export interface Understaffed {
  /** How many workers the pool has. */
  readonly size: number;
  /** Starts a worker, unless the pool needs none any more. */
  start(): void;
  /** Whether tasks wait for a worker. */
  hasWaiting(): boolean;
  /** Whether a living worker holds tasks: it may finish them, however many others die. */
  isBusy(): boolean;
}

/**
 * Starts workers in the place of those that died. As many as the pool has are replaced at once;
 * those that die after them, with no task settled in between, one at a time and after a growing
 * delay.
 *
 * A pool gives up only where tasks wait: the deaths of idle workers slow the replacement down, but
 * the next task gets a worker at once and all its chances.
 */
export class Replacements {
  readonly #pool: Understaffed;
  /** How many workers died since a task was settled. */
  #deaths = 0;
  /** How many delays in a row did not help; and how many of them while tasks waited. */
  #delays = 0;
  #delaysOfTasks = 0;
  /** How many replacements wait for the end of a delay. */
  #missing = 0;
  #delay: Delay | undefined;
  /** Whether tasks waited when the delay began. */
  #isForTasks = false;
  /** Whether a worker died while the delay runs. */
  #hasDied = false;
  #isKept = false;

  constructor(pool: Understaffed) {
    this.#pool = pool;
  }

  /** A task was settled by a worker: whatever killed workers before, they can work. */
  noteProgress(): void {
    if (this.#deaths === 0) return;
    this.#deaths = this.#delays = this.#delaysOfTasks = 0;
    this.#startMissing();
  }

  /** Tasks wait for a worker. They do not wait for the end of a delay that began without them. */
  noteWaiting(): void {
    if (this.#delay !== undefined && !this.#isForTasks) this.#startMissing();
  }

  /**
   * Replaces a worker that died though the pool had not ended it.
   *
   * @returns Why the pool must give up, where that is so: then it is not replaced.
   */
  replaceLost(worker: DeadWorker): WorkerLostError | undefined {
    this.#deaths++;
    if (this.#deaths <= this.#pool.size) {
      this.#pool.start();
      return undefined;
    }
    if (this.#delay === undefined) this.#noteDelay();
    else this.#hasDied = true;
    const isHopeless = this.#delaysOfTasks > mostDelays && this.#pool.hasWaiting();
    if (isHopeless && !this.#pool.isBusy()) return this.#reason(worker);
    this.#missing++;
    if (this.#delay === undefined) this.#begin();
    return undefined;
  }

  /** Whether the delay keeps the program alive, as the workers do that it stands for. */
  keepAlive(whether: boolean): void {
    this.#isKept = whether;
    this.#delay?.keepAlive(whether);
  }

  /** Starts nothing more. */
  cancel(): void {
    this.#missing = 0;
    this.#delay?.cancel();
    this.#delay = undefined;
  }

  #reason({ name, pid, exitCode, crash }: DeadWorker): WorkerLostError {
    const cause = crash && { cause: crash.error };
    return new WorkerLostError(
      `The pool has given up as its workers die before they finish a task: ${this.#deaths} in a row, ` +
        `the last of them ${name} (pid ${pid}), which ended with exit code ${exitCode}`,
      { exitCode: exitCode!, pid, ...cause },
    );
  }

  #noteDelay(): void {
    this.#delays++;
    if (this.#pool.hasWaiting()) this.#delaysOfTasks++;
  }

  #begin(): void {
    this.#hasDied = false;
    this.#isForTasks = this.#pool.hasWaiting();
    const delays = this.#isForTasks ? this.#delaysOfTasks : this.#delays;
    const milliseconds = Math.min(longestDelay, firstDelay * 2 ** (delays - 1));
    this.#delay = after(milliseconds, () => this.#end());
    this.#delay.keepAlive(this.#isKept);
  }

  #end(): void {
    this.#delay = undefined;
    this.#missing--;
    this.#pool.start();
    // The pool may have ended by that.
    if (this.#missing <= 0) return;
    if (this.#hasDied) this.#noteDelay();
    this.#begin();
  }

  #startMissing(): void {
    const missing = this.#missing;
    this.cancel();
    for (let i = 0; i < missing; i++) this.#pool.start();
  }
}
