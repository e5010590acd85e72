/**
 * Hands a pool's tasks to its workers. Workers that are idle come first; small tasks are also
 * sent ahead, as many as take about a millisecond by what was seen of their function, so that
 * tiny tasks cost no round trip each and long ones are spread evenly.
 *
 * @module
 * @internal
 */

import type { Callable } from "../code/task.ts";
import { CancelledError, TimeoutError, WorkerLostError } from "../errors.ts";
import { Latch, longestTimer } from "../wait/latch.ts";
import { checkMayStart } from "../process/start_checks.ts";
import { written } from "../process/started_child.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { inBackground } from "../runtime/timers.ts";
import { type KeepAlive, References } from "../wait/keep_alive.ts";
import { Replacements } from "./replacements.ts";
import { type PoolTask, TaskQueue } from "./task.ts";
import { type Submission, TaskEncoder, type WorkerSetUp } from "./task_encoder.ts";
import { type Outcome, status } from "./wire.ts";
import { longTask, PoolWorker } from "./worker.ts";

/** What a pool's workers are to be. */
export interface SchedulerOptions {
  readonly processes: number;
  readonly method: StartMethod;
  readonly name: string;
  readonly initializer: Callable | undefined;
  readonly initArgs: readonly unknown[];
  /** Milliseconds that the initializer may take. */
  readonly initTimeout: number | undefined;
  readonly maxTasksPerChild: number | undefined;
  readonly permissions: Permissions | undefined;
  /** Whether they may not have children of their own. */
  readonly daemon: boolean;
  /**
   * Where it is given, a worker that dies breaks the pool, as an initializer that throws breaks
   * any: it makes the error of every task from what has happened.
   */
  readonly onBroken?: ((cause: unknown) => unknown) | undefined;
}

/** Something that submits more as its results are taken. */
export interface InputSource {
  /**
   * Submits all of its input, whether or not its results are taken: the pool's end is waited for.
   */
  unbind(): void;
  /** Submits nothing more: the pool is terminated. */
  cancel(): void;
}

/** Milliseconds of work that a frame holds at most: far less than a lease. */
const longestFrame = 4;

const rejection = (value: unknown): Outcome => ({ status: status.rejected, value });

const terminated = () => new CancelledError("The pool was terminated before the task was done");

/** The tasks and the workers of one pool. */
export class Scheduler implements KeepAlive {
  /** Opens when the pool is closed or terminated and its last worker has ended. */
  readonly finished: Latch = new Latch();
  readonly processes: number;
  readonly #options: SchedulerOptions;
  readonly #encoder: TaskEncoder;
  /** What workers are told first, as it was encoded when the pool was made. */
  readonly #setUp: WorkerSetUp;
  #isSetUpUsed = false;
  readonly #workers = new Set<PoolWorker>();
  readonly #queue = new TaskQueue();
  readonly #inputs = new Set<InputSource>();
  #dispatching = false;
  #named = 0;
  #state: "open" | "closed" | "terminated" = "open";
  /** Why every task fails, once that is so. */
  #broken: { readonly error: unknown } | undefined;
  readonly #replacements: Replacements;
  readonly #references = new References((whether) => {
    for (const worker of this.#workers) worker.child.keepAlive(whether);
    this.#replacements.keepAlive(whether);
  });

  constructor(options: SchedulerOptions) {
    // Before anything is taken from the arguments of its initializer.
    checkMayStart(options);
    this.#options = options;
    this.processes = options.processes;
    this.#encoder = new TaskEncoder(options.method, options.permissions);
    this.#setUp = this.#encodeSetUp();
    this.#replacements = new Replacements({
      size: this.processes,
      start: () => this.#startAnother(),
      hasWaiting: () => this.#queue.peek() !== undefined,
      isBusy: () => this.#isBusy,
    });
    try {
      for (let i = 0; i < options.processes; i++) this.#startWorker();
    } catch (error) {
      this.terminate();
      throw error;
    }
  }

  /** Whether tasks can be submitted. */
  get state(): "open" | "closed" | "terminated" | "broken" {
    return this.#broken === undefined ? this.#state : "broken";
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isTerminated(): boolean {
    return this.#state === "terminated";
  }

  /**
   * Waits until all workers have ended, and what threads have printed is written, and keeps the
   * program alive until then.
   */
  async untilFinished(): Promise<void> {
    for (const input of this.#inputs) input.unbind();
    this.ref();
    try {
      await this.finished.wait();
      if (this.#options.method === "worker") await written().wait();
    } finally {
      this.unref();
    }
  }

  // ---- submission

  /**
   * Takes a task. What it refuses it throws, and nothing has changed. The task's outcome is told
   * once, never before this returns.
   */
  submit(submission: Submission): void {
    this.#enqueue(this.#encoder.encode(submission), submission);
  }

  /** Takes tasks that belong together, and gives them: all, or it throws and takes none. */
  submitAll(submissions: readonly Submission[]): PoolTask[] {
    const tasks = this.#encoder.encodeAll(submissions);
    for (const [i, task] of tasks.entries()) this.#enqueue(task, submissions[i]!);
    return tasks;
  }

  /** Settles a task as cancelled, unless it is settled or a worker has it. Tells whether it did. */
  cancel(task: PoolTask): boolean {
    if (task.settled || task.isSent) return false;
    const value = new CancelledError("The task was cancelled before it began");
    task.settle({ status: status.cancelled, value });
    this.#finishSoon();
    return true;
  }

  /** Cancels all tasks that can be, and what would submit more. */
  cancelAll(): void {
    for (const input of this.#inputs) input.cancel();
    for (const task of this.#queue.waiting()) this.cancel(task);
  }

  /**
   * Milliseconds that a call of this function takes, by what was seen of late.
   *
   * @throws {TaskReferenceError} If it cannot travel.
   */
  estimate(fn: Callable): number {
    return this.#encoder.functionOf(fn).estimate;
  }

  #enqueue(task: PoolTask, { signal, timeout }: Submission): void {
    const end = this.#endOf(signal);
    if (end !== undefined) return queueMicrotask(() => task.settle(end));
    if (signal !== undefined || timeout !== undefined) this.#limit(task, signal, timeout);
    this.#queue.push(task);
    this.#dispatchSoon();
  }

  /** How a task ends that need not begin. */
  #endOf(signal: AbortSignal | undefined): Outcome | undefined {
    if (this.#broken !== undefined) return rejection(this.#broken.error);
    if (signal?.aborted) return rejection(signal.reason);
    // An input may give its last item in the turn in which the pool is terminated.
    return this.isTerminated ? rejection(terminated()) : undefined;
  }

  /** Ends the task, and the worker that runs it, when it is aborted or has run too long. */
  #limit(task: PoolTask, signal: AbortSignal | undefined, timeout: number | undefined): void {
    const end = (reason: unknown) => {
      if (task.settled) return;
      task.settle(rejection(reason));
      for (const worker of this.#workers) if (worker.holds(task)) worker.kill("SIGKILL");
      this.#finishSoon();
    };
    const onAbort = () => end(signal?.reason);
    let cancelTimer: (() => void) | undefined;
    const startTimer = (milliseconds: number) => {
      if (task.settled || milliseconds > longestTimer) return;
      cancelTimer = inBackground(
        milliseconds,
        () => end(new TimeoutError(`The task has not ended after ${milliseconds} ms`)),
      );
    };
    signal?.addEventListener("abort", onAbort);
    task.limits = {
      began: timeout === undefined ? undefined : () => startTimer(timeout),
      end: () => {
        cancelTimer?.();
        signal?.removeEventListener("abort", onAbort);
      },
    };
  }

  // ---- dispatch

  /** What is submitted in one turn goes out together. */
  #dispatchSoon(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    queueMicrotask(() => this.#dispatch());
  }

  #dispatch(): void {
    this.#dispatching = false;
    this.#encoder.seal();
    for (let task; (task = this.#queue.peek()) !== undefined;) {
      const worker = this.#workerFor(task);
      if (worker === undefined) return this.#replacements.noteWaiting();
      worker.send(this.#takeBatch(worker, task));
    }
    this.#finishWhenDone();
  }

  /** An idle worker; for a small task also the one that holds the least. */
  #workerFor(task: PoolTask): PoolWorker | undefined {
    let least: PoolWorker | undefined;
    const ahead = !task.exclusive && task.fn.estimate < longTask;
    const limit = this.#frameTime(task);
    for (const worker of this.#workers) {
      if (worker.isIdle) return worker;
      if (ahead && worker.takesAhead(limit) && worker.load < (least?.load ?? Infinity)) {
        least = worker;
      }
    }
    return least;
  }

  /** Milliseconds of work that one frame may hold: more where there is much to do. */
  #frameTime({ fn }: PoolTask): number {
    const share = this.#queue.length * fn.estimate / (4 * this.processes);
    return Math.max(longTask, Math.min(longestFrame, share));
  }

  /** As many tasks as a frame may hold, but no more than a worker's share of what there is. */
  #takeBatch(worker: PoolWorker, first: PoolTask): PoolTask[] {
    const share = Math.min(worker.quota, Math.ceil(this.#queue.length / this.processes));
    const batch = [first];
    this.#queue.shift();
    if (first.exclusive || !worker.hasJournal) return batch;
    const limit = this.#frameTime(first);
    let time = first.fn.estimate;
    while (batch.length < share && time < limit) {
      const task = this.#queue.peek();
      if (task === undefined || task.exclusive || task.fn.estimate >= longTask) break;
      time += task.fn.estimate;
      batch.push(task);
      this.#queue.shift();
    }
    return batch;
  }

  // ---- workers

  #startWorker(): void {
    const { name, method, permissions, daemon, initTimeout, maxTasksPerChild } = this.#options;
    const worker: PoolWorker = new PoolWorker(
      { name: `${name}-${++this.#named}`, daemon, method, permissions },
      this.#nextSetUp(),
      { initTimeout, maxTasks: maxTasksPerChild ?? Infinity },
      {
        ready: () => this.#dispatch(),
        settled: () => this.#replacements.noteProgress(),
        progress: () => this.#dispatch(),
        givenBack: (tasks) => {
          this.#queue.unshift(tasks);
          this.#dispatchSoon();
        },
        notInitialized: (error) => this.#break(error),
        lost: (error) => {
          if (this.#options.onBroken !== undefined) this.#break(error);
        },
        ended: (isLost) => this.#replace(worker, isLost),
      },
    );
    this.#workers.add(worker);
    worker.child.keepAlive(this.#references.isHeld);
  }

  #encodeSetUp(): WorkerSetUp {
    const { initializer, initArgs, maxTasksPerChild } = this.#options;
    return this.#encoder.setUp(initializer, initArgs, maxTasksPerChild);
  }

  /**
   * What the next worker is told first. What that refers to (a connection's end, a managed object)
   * each worker refers to for itself; where it cannot be sent again, as this child has closed it,
   * the worker takes what the others have left.
   */
  #nextSetUp(): WorkerSetUp {
    if (!this.#isSetUpUsed || this.#setUp.hooks.length === 0) {
      this.#isSetUpUsed = true;
      return this.#setUp;
    }
    try {
      return this.#encodeSetUp();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return { ...this.#setUp, hooks: [] };
    }
  }

  /** Whether tasks are to be done, or may be submitted. */
  get #needsWorkers(): boolean {
    const isNeeded = this.#state === "open" || (this.#state === "closed" && !this.#isDone);
    return isNeeded && this.#broken === undefined;
  }

  /**
   * Starts a worker in the place of one that ended, where it is needed. A pool that cannot have it
   * fails its tasks.
   */
  #startAnother(): void {
    if (!this.#needsWorkers) return;
    try {
      this.#startWorker();
    } catch (error) {
      this.#break(error);
    }
  }

  /** `isLost` tells whether it died: nobody here had ended it. */
  #replace(worker: PoolWorker, isLost: boolean): void {
    this.#workers.delete(worker);
    const { noRole } = worker.child;
    if (noRole !== undefined) this.#break(cannotStart(worker, noRole));
    else if (isLost && this.#needsWorkers) {
      const reason = this.#replacements.replaceLost(worker.child);
      if (reason !== undefined) this.#break(reason);
    } else this.#startAnother();
    this.#finishWhenDone();
    this.#dispatchSoon();
  }

  /** Fails every task, those to come as well. */
  #break(cause: unknown): void {
    if (this.#broken !== undefined) return;
    const { onBroken } = this.#options;
    const error = onBroken === undefined ? cause : onBroken(cause);
    this.#broken = { error };
    this.#replacements.cancel();
    this.#rejectAll(error);
    for (const worker of this.#workers) worker.kill("SIGKILL");
  }

  #rejectAll(reason: unknown): void {
    for (const task of this.#queue.clear()) task.settle(rejection(reason));
    for (const worker of this.#workers) {
      for (const task of worker.tasks()) task.settle(rejection(reason));
    }
  }

  // ---- the end

  /** Whether a worker has tasks. */
  get #isBusy(): boolean {
    for (const worker of this.#workers) if (worker.held > 0) return true;
    return false;
  }

  get #isDone(): boolean {
    return this.#queue.peek() === undefined && this.#inputs.size === 0 && !this.#isBusy;
  }

  /** A closed pool whose work is done lets its workers end. */
  #finishWhenDone(): void {
    if (this.#state === "open" || this.#needsWorkers) return;
    this.#replacements.cancel();
    if (this.#workers.size === 0) this.finished.open();
    if (this.#state === "closed" && this.#isDone) {
      for (const worker of this.#workers) worker.finish();
    }
  }

  /**
   * What was waited for may have been the last task of a closed pool that has no worker just now.
   */
  #finishSoon(): void {
    if (this.#state !== "open") this.#dispatchSoon();
  }

  /** Takes nothing more; what there is will be done. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#dispatchSoon();
  }

  /** Rejects what is not done, and ends the workers. */
  terminate(): void {
    if (this.#state === "terminated") return;
    this.#state = "terminated";
    this.#rejectAll(terminated());
    // What a thread has printed goes by the event loops: one that does nothing may end by itself.
    for (const input of this.#inputs) input.cancel();
    for (const worker of this.#workers) {
      if (worker.isIdle) worker.finish();
      else worker.kill("SIGTERM");
    }
    // One that is kept by something in the background, or handles SIGTERM, has to end as well.
    const cancel = inBackground(terminationGrace, () => {
      for (const worker of this.#workers) worker.kill("SIGKILL");
    });
    this.finished.onOpen(cancel);
    this.#finishWhenDone();
  }

  /** Notes something that will submit more. */
  addInput(input: InputSource): void {
    this.#inputs.add(input);
  }

  /** It will not submit more. */
  removeInput(input: InputSource): void {
    if (this.#inputs.delete(input)) this.#dispatchSoon();
  }

  // ---- keeping the program alive

  ref(): void {
    this.#references.ref();
  }

  unref(): void {
    this.#references.unref();
  }
}

/**
 * The error of a pool whose workers' script does not make them workers: the next would fare as this
 * one.
 */
function cannotStart(
  { child: { pid, exitCode, crash } }: PoolWorker,
  why: string,
): WorkerLostError {
  const cause = crash && { cause: crash.error };
  return new WorkerLostError(`No worker can be started: ${why}`, {
    exitCode: exitCode!,
    pid,
    ...cause,
  });
}

/** How long a worker may take to end, in milliseconds. */
const terminationGrace = 500;
