import { checkFunction } from "../arguments.ts";
import { refuseToSend } from "../codec/extension.ts";
import { TimeoutError } from "../errors.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { AsyncResult, notify } from "../pool/async_result.ts";
import { withCaller } from "../pool/caller_stack.ts";
import type { Scheduler } from "../pool/scheduler.ts";
import type { PoolTask } from "../pool/task.ts";
import type { Submission } from "../pool/task_encoder.ts";
import { type Outcome, status } from "../pool/wire.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * What a future is the result of.
 *
 * @internal
 */
export type Call = Pick<Submission, "fn" | "args" | "root" | "first" | "flags">;

/**
 * The result of a call that an executor was given: it is pending, then running or cancelled, and
 * a running one finishes, with a result or an error. Only an executor makes futures.
 *
 * It can be awaited as it is. While somebody waits for it, in whatever way, it keeps the program
 * alive; nobody has to: an error that nobody asks for is dropped.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
 *
 * await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
 * const future = executor.submit((x: number) => x ** 2, 10);
 * future.addDoneCallback((done) => console.log(done.done())); // true
 * console.log(await future.result({ timeout: 10_000 })); // 100
 * ```
 */
export class Future<T> implements PromiseLike<T> {
  readonly #scheduler: Scheduler;
  readonly #result: AsyncResult<unknown>;
  /** Until it is done. */
  #task: PoolTask | undefined;
  #outcome: Outcome | undefined;
  #listeners: Set<() => void> | undefined;

  static {
    showAs<Future<unknown>>(this, "Future", (future) => ({ state: future.#state }));
    refuseToSend("Future", (value) => #scheduler in value, "send its result");
  }

  private constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#result = new AsyncResult(scheduler);
  }

  /**
   * Submits calls that belong together: all of them, or it throws and there is no future.
   *
   * @internal
   */
  static submit(scheduler: Scheduler, calls: readonly Call[]): Future<unknown>[] {
    const unlimited = { transfer: undefined, signal: undefined, timeout: undefined };
    const futures = calls.map(() => new Future(scheduler));
    const tasks = scheduler.submitAll(calls.map((call, i) => ({
      ...call,
      ...unlimited,
      listener: { call: Future.#settle, target: futures[i] },
    })));
    for (const [i, future] of futures.entries()) future.#task = tasks[i];
    return futures;
  }

  /**
   * Calls a listener when a future that is not done is done. Until then, or until the function
   * that this gives is called, the program is kept alive.
   *
   * @internal
   */
  static whenDone(future: Future<unknown>, listener: () => void): () => void {
    const listeners = future.#listeners ??= new Set();
    // The same function may be given twice.
    const entry = () => listener();
    listeners.add(entry);
    future.#scheduler.ref();
    return () => {
      if (listeners.delete(entry)) future.#scheduler.unref();
    };
  }

  /**
   * Whether a future that is done ended with an error, and was not cancelled.
   *
   * @internal
   */
  static hasFailed(future: Future<unknown>): boolean {
    return future.#outcome?.status === status.rejected;
  }

  /**
   * Waits until a future is done: `false` if it is not in time.
   *
   * @internal
   */
  static async isDoneWithin(future: Future<unknown>, options?: WaitOptions): Promise<boolean> {
    await future.#result.wait(options);
    return future.done();
  }

  /**
   * What a future comes to. The stack of an error does not tell who waits here.
   *
   * @internal
   */
  static outcomeOf<T>(future: Future<T>): Promise<T> {
    return AsyncResult.outcomeOf(future.#result as AsyncResult<T>);
  }

  static #settle(future: Future<unknown>, outcome: Outcome): void {
    future.#outcome = outcome;
    future.#task = undefined;
    AsyncResult.settle(future.#result, outcome);
    const listeners = future.#listeners ?? new Set();
    future.#listeners = undefined;
    for (const listener of listeners) {
      listeners.delete(listener);
      future.#scheduler.unref();
      listener();
    }
  }

  /**
   * The result of the call.
   *
   * @throws {TimeoutError} If it is not there after `timeout` milliseconds; the call goes on, and
   * the result can be asked for again.
   * @throws The error of the call; `CancelledError` if the future was cancelled,
   * `BrokenProcessPool` if its executor broke; the signal's reason if that is aborted first.
   */
  async result(options?: WaitOptions): Promise<T> {
    try {
      await this.#untilDone(options);
      return await AsyncResult.outcomeOf(this.#result) as T;
    } catch (error) {
      throw withCaller(error);
    }
  }

  /**
   * The error of the call; `undefined` if it gave a result.
   *
   * @throws {TimeoutError} If it has not ended after `timeout` milliseconds; the call goes on.
   * @throws {CancelledError} If the future was cancelled.
   * @throws The signal's reason, if that is aborted first.
   */
  async exception(options?: WaitOptions): Promise<unknown> {
    await this.#untilDone(options);
    if (this.cancelled()) await this;
    return Future.hasFailed(this) ? withCaller(this.#outcome?.value) : undefined;
  }

  get #state(): string {
    if (this.running()) return "running";
    if (!this.done()) return "pending";
    if (this.cancelled()) return "cancelled";
    return Future.hasFailed(this) ? "failed" : "finished";
  }

  async #untilDone(options?: WaitOptions): Promise<void> {
    if (await Future.isDoneWithin(this, options)) return;
    throw new TimeoutError(`The future is not done after ${options?.timeout} ms`);
  }

  /** Whether it has finished or was cancelled. */
  done(): boolean {
    return this.#outcome !== undefined;
  }

  /**
   * Whether a worker has the call. As in CPython it may have others to end first; what it then does
   * not come to in time is taken back from it, and is pending again.
   */
  running(): boolean {
    return this.#task?.isSent === true;
  }

  /**
   * Cancels it, if no worker has the call: then the call is never made, and whoever
   * waits gets a `CancelledError`.
   *
   * @returns Whether it is cancelled: not if it is running or has finished.
   */
  cancel(): boolean {
    if (this.#task !== undefined) this.#scheduler.cancel(this.#task);
    return this.cancelled();
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#outcome?.status === status.cancelled;
  }

  /**
   * Calls `callback` with this future once it is done; at once if it is. Callbacks are called in
   * the order in which they were added. An error of one is printed, and disturbs nothing.
   *
   * @throws {TypeError} If `callback` is not a function.
   */
  addDoneCallback(callback: (future: this) => unknown): void {
    checkFunction("add a callback", "it", callback);
    const call = () => void notify(callback, this, "a future");
    if (this.done()) call();
    else Future.whenDone(this, call);
  }

  /** As `result()`: a future can be awaited. */
  then<R = T, E = never>(
    onFulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return (this.#result as AsyncResult<T>).then(onFulfilled, onRejected);
  }
}
