import { checkArray, checkFunction, isIterable } from "../arguments.ts";
import type { Callable } from "../code/task.ts";
import { refuseToSend } from "../codec/extension.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { availableProcessors } from "../runtime/current.ts";
import { AsyncResult, type Callbacks } from "./async_result.ts";
import { withCaller } from "./caller_stack.ts";
import { checkChunkSize, chunksOf, defaultChunkSize } from "./chunks.ts";
import {
  type Arguments,
  checkInput,
  checkPoolOptions,
  checkTaskOptions,
  type Input,
  type MapOptions,
  type PoolOptions,
  type TaskOptions,
} from "./options.ts";
import { LateItems } from "./late_items.ts";
import { ChunkCollector } from "./map_result.ts";
import { chunkRoot } from "./naming.ts";
import { type IteratorSource, ResultIterator } from "./result_iterator.ts";
import { Scheduler } from "./scheduler.ts";
import type { Submission } from "./task_encoder.ts";
import { flag, type Outcome, status } from "./wire.ts";
import { showAs } from "../runtime/inspection.ts";

/** Ends the workers of pools that were dropped: see `Pool`. */
const dropped = new FinalizationRegistry<Scheduler>((scheduler) => scheduler.close());

/**
 * Workers that run tasks, as many at a time as there are workers.
 *
 * An error in a task rejects that task alone, with its class, message, cause and own properties.
 * Its stack tells where it was thrown, and below which `async` functions await the task. A worker
 * that dies rejects the task that it was running with `WorkerLostError`, is replaced, and costs no
 * other task. A pool that is only dropped does not keep the program alive, and leaves no child
 * behind; a result that somebody waits for keeps it alive.
 *
 * @example
 * ```ts
 * import { Pool } from "@nproc/multiprocessing";
 *
 * export function square(x: number): number {
 *   return x ** 2;
 * }
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(4);
 *   console.log(await pool.map(square, [0, 1, 2, 3, 4])); // [ 0, 1, 4, 9, 16 ]
 * }
 * ```
 */
export class Pool {
  readonly #scheduler: Scheduler;

  static {
    showAs<Pool>(
      this,
      "Pool",
      (pool) => ({ state: pool.#scheduler.state, processes: pool.#scheduler.processes }),
    );
    refuseToSend("Pool", (value) => #scheduler in value, "a managed pool's proxy can be sent");
  }

  /**
   * Starts the workers.
   *
   * @param options The number of workers, or more than that.
   * @throws {RangeError} If `processes` or `maxTasksPerChild` is not a whole number from 1, or
   * `initTimeout` not above 0.
   * @throws {TypeError} If one of them is not a number, or `initializer` not a function.
   * @throws {TaskReferenceError} If `initializer` is native, bound, a method or a class.
   * @throws {DOMException} A `DataCloneError` with the path, if one of `initArgs` cannot travel.
   * @throws {Error} If this child is a daemon, or is still importing the main module.
   */
  constructor(options: number | PoolOptions = {}) {
    const given = typeof options === "object" && options !== null
      ? options
      : { processes: options };
    const { initializer, initArgs = [], initTimeout, maxTasksPerChild, name = "PoolWorker" } =
      given;
    const processes = given.processes ?? availableProcessors();
    checkPoolOptions({ ...given, processes });
    this.#scheduler = new Scheduler({
      processes,
      method: startMethodOf(new.target),
      name,
      initializer,
      initArgs,
      initTimeout,
      maxTasksPerChild,
      permissions: given.permissions,
      daemon: true,
    });
    dropped.register(this, this.#scheduler, this);
  }

  /**
   * Calls `fn` in a worker, and gives what it returns.
   *
   * @example
   * ```ts
   * import { Pool } from "@nproc/multiprocessing";
   *
   * await using pool = new Pool(1);
   * console.log(await pool.apply((a: number, b: number) => a + b, [1, 2])); // 3
   * ```
   *
   * @throws The error of the call; `WorkerLostError` if the worker died, `CancelledError` if the
   * pool was terminated, `TimeoutError` after `timeout`, the signal's reason.
   * @throws {TypeError} If `fn` is not a function or `args` not an array.
   * @throws {TaskReferenceError} If `fn` is native, bound, a method or a class.
   * @throws {DOMException} A `DataCloneError` with the path, if an argument cannot travel.
   * @throws {Error} If the pool is closed.
   */
  async apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: Arguments<A>,
    options?: TaskOptions,
  ): Promise<Awaited<R>> {
    const result = this.applyAsync(fn, args, options);
    try {
      return await AsyncResult.outcomeOf(result);
    } catch (error) {
      throw withCaller(error);
    }
  }

  /**
   * As `apply`, and gives at once an object for the result. What is refused is thrown at the call.
   */
  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: Arguments<A> = [] as never,
    options: TaskOptions & Callbacks<Awaited<R>> = noOptions,
  ): AsyncResult<Awaited<R>> {
    this.#check("apply", fn, options);
    checkArray("apply", "args", args);
    const { kwargs, transfer, signal, timeout } = options;
    const result = new AsyncResult<Awaited<R>>(this.#scheduler, options);
    this.#scheduler.submit({
      fn,
      args: kwargs === undefined ? args : [...args, kwargs],
      root: "args",
      flags: 0,
      transfer,
      signal,
      timeout,
      listener: { call: AsyncResult.settle, target: result },
    });
    return result;
  }

  /**
   * Calls `fn` with each item, and gives the results in the order of the items. The input is cut
   * into chunks, about four for each worker if `chunkSize` does not say otherwise. Rejects with
   * the first error once all chunks have ended.
   *
   * @throws {RangeError} If `chunkSize` is not a whole number from 1.
   * @throws As `apply` does.
   */
  map<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]>;
  /** As above; `kwargs` is the function's second argument. */
  map<T, K extends object, R>(
    fn: (item: T, kwargs: K) => R,
    iterable: Input<T>,
    options: MapOptions & { kwargs: K },
  ): Promise<Awaited<R>[]>;
  async map<T, R>(
    fn: (item: T, kwargs: never) => R,
    iterable: Input<T>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    const result = this.#mapAll<Awaited<R>[]>(fn, iterable, options, flag.chunk);
    try {
      return await AsyncResult.outcomeOf(result);
    } catch (error) {
      throw withCaller(error);
    }
  }

  /** As `map`, and gives at once an object for the result. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options?: MapOptions & Callbacks<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]>;
  /** As above; `kwargs` is the function's second argument. */
  mapAsync<T, K extends object, R>(
    fn: (item: T, kwargs: K) => R,
    iterable: Input<T>,
    options: MapOptions & Callbacks<Awaited<R>[]> & { kwargs: K },
  ): AsyncResult<Awaited<R>[]>;
  mapAsync<T, R>(
    fn: (item: T, kwargs: never) => R,
    iterable: Input<T>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAll(fn, iterable, options, flag.chunk);
  }

  /** As `map`, where each item is the list of a call's arguments. */
  async starmap<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterableOfArgs: Input<Arguments<A>>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    const result = this.starmapAsync(fn, iterableOfArgs, options);
    try {
      return await AsyncResult.outcomeOf(result);
    } catch (error) {
      throw withCaller(error);
    }
  }

  /** As `starmap`, and gives at once an object for the result. */
  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterableOfArgs: Input<Arguments<A>>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAll(fn, iterableOfArgs, options, flag.chunk | flag.star);
  }

  /**
   * As `map`, one result after another: the input is read only as results are taken, with a
   * bounded look-ahead, so it may be endless. `chunkSize` is 1 if it does not say otherwise.
   *
   * @throws As `apply` and `map` do, for what is wrong with the call; what is wrong with an item
   * is thrown by `next` in its place.
   */
  imap<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options?: MapOptions,
  ): ResultIterator<Awaited<R>>;
  /** As above; `kwargs` is the function's second argument. */
  imap<T, K extends object, R>(
    fn: (item: T, kwargs: K) => R,
    iterable: Input<T>,
    options: MapOptions & { kwargs: K },
  ): ResultIterator<Awaited<R>>;
  imap<T, R>(
    fn: (item: T, kwargs: never) => R,
    iterable: Input<T>,
    options: MapOptions = {},
  ): ResultIterator<Awaited<R>> {
    return this.#iterate(fn, iterable, options, true);
  }

  /** As `imap`, in the order in which the results come. */
  imapUnordered<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options?: MapOptions,
  ): ResultIterator<Awaited<R>>;
  /** As above; `kwargs` is the function's second argument. */
  imapUnordered<T, K extends object, R>(
    fn: (item: T, kwargs: K) => R,
    iterable: Input<T>,
    options: MapOptions & { kwargs: K },
  ): ResultIterator<Awaited<R>>;
  imapUnordered<T, R>(
    fn: (item: T, kwargs: never) => R,
    iterable: Input<T>,
    options: MapOptions = {},
  ): ResultIterator<Awaited<R>> {
    return this.#iterate(fn, iterable, options, false);
  }

  /**
   * Takes no more tasks. The workers end once what was submitted is done. An `imap` that has begun
   * goes on as its results are taken.
   */
  close(): void {
    this.#scheduler.close();
  }

  /**
   * Ends the workers without finishing what they do: what is pending is rejected with
   * `CancelledError`. Gives back control when they have ended.
   */
  async terminate(): Promise<void> {
    this.#scheduler.terminate();
    await this.#scheduler.untilFinished();
  }

  /**
   * Waits until the workers have ended. What is left of the input of an `imap` is done for that,
   * also if nobody takes its results.
   *
   * @throws {Error} If the pool is neither closed nor terminated.
   */
  async join(): Promise<void> {
    if (this.#scheduler.isOpen) {
      throw new Error("Cannot join a pool that is still running: first close or terminate it");
    }
    await this.#scheduler.untilFinished();
  }

  /** As `terminate`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  #check(verb: string, fn: unknown, options: TaskOptions): void {
    checkFunction(verb, "fn", fn);
    if (options !== noOptions) checkTaskOptions(verb, options);
    if (this.#scheduler.isOpen) return;
    throw new Error(
      `Cannot ${verb} as the pool is ${this.#scheduler.isTerminated ? "terminated" : "closed"}`,
    );
  }

  #mapAll<R>(
    fn: Callable,
    iterable: Input<unknown>,
    options: MapOptions & Callbacks<R>,
    flags: number,
  ): AsyncResult<R> {
    this.#check("map", fn, options);
    checkChunkSize(options.chunkSize);
    const result = new AsyncResult<R>(this.#scheduler, options);
    const settle = (outcome: Outcome) => AsyncResult.settle(result, outcome);
    checkInput(iterable);
    if (isIterable(iterable)) this.#submitChunks(fn, [...iterable], options, flags, settle);
    else void this.#mapLater(fn, iterable, options, flags, settle);
    return result;
  }

  /** Maps an asynchronous input: its length, and so the chunks, are known when it has ended. */
  async #mapLater(
    fn: Callable,
    iterable: AsyncIterable<unknown>,
    options: MapOptions,
    flags: number,
    settle: (outcome: Outcome) => void,
  ): Promise<void> {
    let late: LateItems | undefined;
    try {
      late = new LateItems(iterable, options.signal);
      this.#scheduler.addInput(late);
      this.#submitChunks(fn, await late.read(), options, flags, settle);
    } catch (error) {
      // Where nothing was awaited: nothing is settled before the call has returned.
      queueMicrotask(() => settle({ status: status.rejected, value: error }));
    } finally {
      if (late !== undefined) this.#scheduler.removeInput(late);
    }
  }

  #submitChunks(
    fn: Callable,
    items: readonly unknown[],
    options: MapOptions,
    flags: number,
    settle: (outcome: Outcome) => void,
  ): void {
    const size = options.chunkSize ?? defaultChunkSize(items.length, this.#scheduler.processes);
    const chunks = [...chunksOf(items, size)];
    if (chunks.length === 0) {
      return queueMicrotask(() => settle({ status: status.fulfilled, value: [] }));
    }
    const collector = new ChunkCollector(chunks.length, settle);
    const limits = limitsOfChunks(options);
    this.#scheduler.submitAll(chunks.map((chunk, index) => ({
      ...chunkSubmission(fn, chunk, index * size, options, flags),
      ...limits,
      listener: {
        call: (index: number, outcome) => collector.collect(index, outcome),
        target: index,
      },
    })));
  }

  #iterate(
    fn: Callable,
    iterable: Input<unknown>,
    options: MapOptions,
    ordered: boolean,
  ): ResultIterator<never> {
    this.#check("map", fn, options);
    const { chunkSize = 1, signal } = options;
    checkChunkSize(chunkSize);
    checkInput(iterable);
    const scheduler = this.#scheduler;
    const limits = limitsOfChunks(options);
    scheduler.estimate(fn);
    const source: IteratorSource = {
      ref: () => scheduler.ref(),
      unref: () => scheduler.unref(),
      addInput: (input) => scheduler.addInput(input),
      removeInput: (input) => scheduler.removeInput(input),
      // Through `this`: a pool whose results are being taken is not dropped.
      submit: (chunk, first, settle) =>
        this.#scheduler.submit({
          ...chunkSubmission(fn, chunk, first, options, flag.chunk),
          ...limits,
          listener: { call: callSettle, target: settle },
        }),
      lookAhead: () => lookAhead(scheduler.processes, scheduler.estimate(fn) * chunkSize),
    };
    return new ResultIterator(source, iterable, { chunkSize, signal, ordered });
  }
}

/**
 * How many chunks may be under way, or wait to be taken: two for each worker, and as many more as
 * are two milliseconds of work.
 */
function lookAhead(workers: number, milliseconds: number): number {
  const tiny = Math.min(128, 2 / Math.max(milliseconds, 0.001));
  return Math.ceil(workers * Math.max(2, tiny));
}

/** One object for all calls without options: there may be a million of them. */
const noOptions: Readonly<TaskOptions> = {};

const callSettle = (settle: (outcome: Outcome) => void, outcome: Outcome): void => settle(outcome);

/** What all chunks of a map have: each moves what it holds of what is to be moved. */
const limitsOfChunks = ({ transfer, signal, timeout }: TaskOptions) => ({
  transfer: transfer && new Set(transfer),
  signal,
  timeout,
});

function chunkSubmission(
  fn: Callable,
  chunk: readonly unknown[],
  first: number,
  { kwargs }: TaskOptions,
  flags: number,
): Pick<Submission, "fn" | "args" | "root" | "first" | "flags"> {
  const root = chunkRoot(first, kwargs !== undefined);
  return kwargs === undefined
    ? { fn, args: chunk, root, first, flags }
    : { fn, args: [chunk, kwargs], root, first, flags: flags | flag.kwargs };
}
