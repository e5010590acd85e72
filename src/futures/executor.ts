import {
  checkArray,
  checkDuration,
  checkFunction,
  checkInteger,
  checkOptions,
  checkSignal,
  checkTimeout,
  isIterable,
  wrongArgument,
} from "../arguments.ts";
import { refuseToSend } from "../codec/extension.ts";
import type { Callable } from "../code/task.ts";
import { BrokenProcessPool } from "../errors.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { checkChunkSize, chunksOf } from "../pool/chunks.ts";
import { checkInput, type Input } from "../pool/options.ts";
import { rowsRoot } from "../pool/naming.ts";
import { Scheduler } from "../pool/scheduler.ts";
import { flag } from "../pool/wire.ts";
import { availableProcessors } from "../runtime/current.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { checkMethod, getStartMethod } from "../runtime/start_methods.ts";
import { Future } from "./future.ts";
import { FutureQueue } from "./future_queue.ts";
import { LateInput } from "./late_input.ts";
import { MapResults } from "./map_results.ts";
import { rowsOf } from "./rows.ts";
import { showAs } from "../runtime/inspection.ts";

/** What an executor is to be. */
export interface ExecutorOptions {
  /** The number of workers; what `cpuCount()` says where it is left out. */
  maxWorkers?: number | undefined;
  /** Called once in each worker before its first call. If it throws, the executor is broken. */
  initializer?: Callable | undefined;
  /** The arguments of `initializer`. */
  initArgs?: readonly unknown[] | undefined;
  /**
   * How long `initializer` may take in a worker, in milliseconds; for ever where it is left out.
   * Then the worker is killed, also if it never yields, and the executor is broken: the `cause` is
   * a `TimeoutError`.
   */
  initTimeout?: number | undefined;
  /** Calls (chunks, for a map) after which a worker is replaced; never where it is left out. */
  maxTasksPerChild?: number | undefined;
  /** What `getContext` gives: it says how workers are started; `getStartMethod()` if left out. */
  context?: { readonly getStartMethod: () => StartMethod } | undefined;
}

/** How an executor's map is to be run. */
export interface ExecutorMapOptions extends WaitOptions {
  /** How many calls are sent to a worker as one; 1 where it is left out. */
  readonly chunkSize?: number | undefined;
}

/** How an executor is to be shut down. */
export interface ShutdownOptions {
  /** Whether to wait until all workers have ended; `true` where it is left out. */
  readonly wait?: boolean | undefined;
  /** Whether to cancel what no worker has; `false` where it is left out. */
  readonly cancelFutures?: boolean | undefined;
}

/** An input for each argument of a function. */
export type Inputs<A extends readonly unknown[]> = { [K in keyof A]: Input<A[K]> };

/** The arguments that inputs give. */
export type Items<I extends readonly unknown[]> = {
  [K in keyof I]: I[K] extends Input<infer T> ? T : never;
};

/** Ends the workers of executors that were dropped, once what they were given is done. */
const dropped = new FinalizationRegistry<Scheduler>((scheduler) => scheduler.close());

/**
 * Makes calls in workers, and gives a {@linkcode Future} for each.
 *
 * An error in a call fails that call's future alone. As in CPython a worker that dies, or an
 * initializer that throws, breaks the executor for good: its workers are ended, and every future
 * that is not done, and every later one, fails with `BrokenProcessPool`, whose `cause` tells what
 * has happened. A `Pool` goes on without such a worker.
 *
 * As in CPython its workers are no daemons: a call may start children, an executor among them, and
 * its worker waits for those children at its end.
 *
 * Disposing shuts it down and waits: what was submitted is done then. An executor that is only
 * dropped does not keep the program alive, and leaves no child behind; a future that somebody waits
 * for keeps it alive.
 *
 * @example
 * ```ts
 * import { asCompleted, ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
 *
 * export function square(x: number): number {
 *   return x ** 2;
 * }
 *
 * if (import.meta.main) {
 *   await using executor = new ProcessPoolExecutor({ maxWorkers: 4 });
 *   console.log(await executor.submit(square, 5)); // 25
 *   for await (const y of executor.map(square, [1, 2, 3])) console.log(y); // 1, 4, 9
 *   const futures = [1, 2, 3].map((x) => executor.submit(square, x));
 *   for await (const future of asCompleted(futures)) console.log(await future);
 * }
 * ```
 */
export class ProcessPoolExecutor {
  readonly #scheduler: Scheduler;

  static {
    showAs<ProcessPoolExecutor>(
      this,
      "ProcessPoolExecutor",
      (executor) => ({ state: executor.#scheduler.state, workers: executor.#scheduler.processes }),
    );
    refuseToSend("ProcessPoolExecutor", (value) => #scheduler in value);
  }

  /**
   * Starts the workers.
   *
   * @throws {RangeError} If `maxWorkers` or `maxTasksPerChild` is not a whole number from 1, or
   * `initTimeout` not above 0.
   * @throws {TypeError} If one of them is not a number, `initializer` not a function, `initArgs`
   * not an array, or `context` not a context.
   * @throws {TaskReferenceError} If `initializer` is native, bound, a method or a class.
   * @throws {DOMException} A `DataCloneError` with the path, if one of `initArgs` cannot travel.
   * @throws {Error} If this child is a daemon, or is still importing the main module.
   */
  constructor(options: ExecutorOptions = {}) {
    checkExecutorOptions(options);
    const { maxWorkers, initializer, initArgs = [], initTimeout, maxTasksPerChild, context } =
      options;
    this.#scheduler = new Scheduler({
      processes: maxWorkers ?? availableProcessors(),
      method: context?.getStartMethod() ?? getStartMethod(),
      name: "ExecutorWorker",
      initializer,
      initArgs,
      initTimeout,
      maxTasksPerChild,
      permissions: undefined,
      daemon: false,
      onBroken,
    });
    dropped.register(this, this.#scheduler, this);
  }

  /**
   * Has `fn` called with these arguments in a worker.
   *
   * @example
   * ```ts
   * import { ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
   *
   * await using executor = new ProcessPoolExecutor({ maxWorkers: 1 });
   * const future = executor.submit((a: number, b: number) => a + b, 1, 2);
   * console.log(await future); // 3
   * ```
   *
   * @throws {TypeError} If `fn` is not a function.
   * @throws {TaskReferenceError} If `fn` is native, bound, a method or a class.
   * @throws {DOMException} A `DataCloneError` with the path, if an argument cannot travel.
   * @throws {Error} If the executor was shut down.
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): Future<Awaited<R>> {
    this.#check("submit", fn);
    return Future.submit(this.#scheduler, [{ fn, args, root: "args", flags: 0 }])[0] as Future<
      Awaited<R>
    >;
  }

  /**
   * Has `fn` called with the first item of each input, then with the second of each, and so on
   * until the shortest input ends; gives the results in that order. All calls are submitted now:
   * those of an asynchronous input as it gives them, whether or not anybody takes results.
   *
   * It ends with the first error. Whenever it ends, also because the loop is left, what no worker
   * has is cancelled. Behind the inputs there may be an object with options:
   *
   * - `chunkSize`: how many calls are sent as one, which makes many small ones faster;
   * - `timeout`: milliseconds from now; the results that have not come then are given up by a
   *   `TimeoutError`;
   * - `signal`: gives them up with its reason.
   *
   * @example
   * ```ts
   * import { ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
   *
   * await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
   * const power = (x: number, n: number) => x ** n;
   * const powers = executor.map(power, [2, 3, 4], [5, 2, 3], { chunkSize: 3 });
   * console.log(await Array.fromAsync(powers)); // [ 32, 9, 64 ]
   * ```
   *
   * @throws {TypeError} If `fn` is not a function, there is no input, or one that cannot be
   * iterated.
   * @throws {RangeError} If `chunkSize` is not a whole number from 1.
   * @throws What `submit` throws, and what a synchronous input throws: then nothing was submitted.
   */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterables: Inputs<A>
  ): AsyncIteratorObject<Awaited<R>, undefined>;
  /** As above, with options behind the inputs. */
  map<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...iterablesAndOptions: [...Inputs<A>, ExecutorMapOptions]
  ): AsyncIteratorObject<Awaited<R>, undefined>;
  /** As above; arguments that are optional need no input. */
  map<I extends readonly Input<unknown>[], R>(
    fn: (...args: Items<I>) => R,
    ...iterablesAndOptions: [...I, ExecutorMapOptions]
  ): AsyncIteratorObject<Awaited<R>, undefined>;
  map(fn: Callable, ...given: unknown[]): AsyncIteratorObject<never, undefined> {
    this.#check("map", fn);
    const { inputs, options } = splitInputs(given);
    const queue = new FutureQueue<never[]>();
    const { chunkSize = 1 } = options;
    const submit = (chunks: readonly (readonly unknown[])[], from: number) =>
      Future.submit(
        this.#scheduler,
        chunks.map((args, i) => {
          const first = (from + i) * chunkSize;
          const root = rowsRoot(first, inputs.length);
          return { fn, args, root, first, flags: flag.chunk | flag.star };
        }),
      ) as Future<never[]>[];
    if (inputs.every(isIterable)) {
      queue.push(submit([...chunksOf([...rowsOf(inputs)], chunkSize)], 0));
      queue.end();
      return new MapResults(queue, options, () => {});
    }
    const input = new LateInput(this.#scheduler, inputs, queue);
    void input.read(chunkSize, (chunk, index) => submit([chunk], index));
    return new MapResults(queue, options, () => input.close());
  }

  /**
   * Takes no more calls. What was submitted is done, and keeps the program alive until then, and
   * the workers end; `cancelFutures` cancels what no worker has.
   *
   * @returns When all workers have ended; at once if `wait` is `false`.
   */
  async shutdown({ wait = true, cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    if (cancelFutures) this.#scheduler.cancelAll();
    this.#scheduler.close();
    const finished = this.#scheduler.untilFinished();
    if (wait) await finished;
  }

  /** As `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #check(verb: string, fn: unknown): void {
    checkFunction(verb, "fn", fn);
    if (!this.#scheduler.isOpen) {
      throw new Error(`Cannot ${verb} as the executor was shut down`);
    }
  }
}

/** What every future fails with once this has happened. */
function onBroken(cause: unknown): BrokenProcessPool {
  return new BrokenProcessPool(
    "The executor is broken: a worker died, or could not be started or initialized",
    { cause },
  );
}

function checkExecutorOptions(options: ExecutorOptions): void {
  const verb = "make an executor";
  checkOptions(verb, options);
  const { maxWorkers, initializer, initArgs, initTimeout, maxTasksPerChild, context } = options;
  if (maxWorkers !== undefined) checkInteger(verb, "maxWorkers", maxWorkers, 1);
  if (initializer !== undefined) checkFunction(verb, "initializer", initializer);
  if (initArgs !== undefined) checkArray(verb, "initArgs", initArgs);
  if (maxTasksPerChild !== undefined) checkInteger(verb, "maxTasksPerChild", maxTasksPerChild, 1);
  if (initTimeout !== undefined) checkDuration(verb, "initTimeout", initTimeout);
  if (context === undefined) return;
  if (typeof context?.getStartMethod !== "function") {
    throw wrongArgument(
      TypeError,
      `Cannot ${verb} as context must be what getContext() gives`,
      context,
    );
  }
  checkMethod(context.getStartMethod(), `Cannot ${verb} as the start method of its context`);
}

/** Tells the inputs of a map from the options that may stand behind them. */
function splitInputs(
  given: readonly unknown[],
): { inputs: Input<unknown>[]; options: ExecutorMapOptions } {
  const last = given.at(-1);
  const options = isOptions(last) ? last : {};
  const inputs = (isOptions(last) ? given.slice(0, -1) : given) as Input<unknown>[];
  if (inputs.length === 0) throw new TypeError("Cannot map as there is no input: received none");
  for (const input of inputs) checkInput(input);
  checkTimeout(options.timeout);
  checkSignal(options.signal);
  checkChunkSize(options.chunkSize);
  return { inputs, options };
}

const mapOptions: ReadonlySet<string> = new Set(["chunkSize", "timeout", "signal"]);

/** Options are known by their names: an object with others was meant to be an input. */
function isOptions(value: unknown): value is ExecutorMapOptions {
  return typeof value === "object" && value !== null &&
    !(Symbol.iterator in value) && !(Symbol.asyncIterator in value) &&
    Object.keys(value).every((name) => mapOptions.has(name));
}
