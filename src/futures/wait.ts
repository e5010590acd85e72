import { checkIterable, checkTimeout, wrongArgument } from "../arguments.ts";
import { countdown, Latch, type WaitOptions } from "../wait/latch.ts";
import { TimeoutError } from "../errors.ts";
import { Future } from "./future.ts";

/** When a wait for several futures ends. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** How long to wait for several futures. */
export interface WaitFuturesOptions extends WaitOptions {
  /**
   * When it ends: once any of them is done, once one has failed or all are done, or once all are
   * done (where it is left out). One that was cancelled is done, and has not failed.
   */
  readonly returnWhen?: ReturnWhen | undefined;
}

/** What a wait for several futures gives. */
export interface DoneAndNotDone<F> {
  /** Those that have finished or were cancelled. */
  readonly done: Set<F>;
  /** The others. */
  readonly notDone: Set<F>;
}

/** Whether one that is done ends the wait, even if others are not. */
const endsWith: Readonly<Record<ReturnWhen, (future: Future<unknown>) => boolean>> = {
  FIRST_COMPLETED: () => true,
  FIRST_EXCEPTION: (future) => Future.hasFailed(future),
  ALL_COMPLETED: () => false,
};

/**
 * Waits for several futures, which may be of several executors; each counts once. When `timeout`
 * (milliseconds) is over, it gives what is so far.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor, wait } from "@nproc/multiprocessing/futures";
 *
 * await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
 * const futures = [1, 2, 3].map((x) => executor.submit((x: number) => x ** 2, x));
 * const { done, notDone } = await wait(futures, { timeout: 10_000 });
 * console.log(done.size, notDone.size); // 3 0
 * ```
 *
 * @throws {TypeError} If `futures` is no iterable of futures, or `returnWhen` none of the three.
 * @throws The signal's reason, if that is aborted first.
 */
export async function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  { returnWhen = "ALL_COMPLETED", ...limits }: WaitFuturesOptions = {},
): Promise<DoneAndNotDone<F>> {
  if (!Object.hasOwn(endsWith, returnWhen)) {
    const known = Object.keys(endsWith).join(", ");
    throw wrongArgument(
      TypeError,
      `Cannot wait as returnWhen must be one of ${known}`,
      returnWhen,
    );
  }
  const all = distinct("wait", futures);
  const over = new Latch();
  let missing = all.size;
  const stop = follow(all, (future) => {
    missing--;
    if (missing === 0 || endsWith[returnWhen](future)) over.open();
  });
  if (missing === 0) over.open();
  try {
    await over.wait(limits);
  } finally {
    stop();
  }
  const done = new Set([...all].filter((future) => future.done()));
  return { done, notDone: new Set([...all].filter((future) => !done.has(future))) };
}

/**
 * Futures as they become done: what `asCompleted` gives.
 *
 * TypeScript takes whatever comes in a `for await` for awaited if it could be, which a future that
 * comes there is not; so the loop's variable is `any`.
 */
export interface CompletedFutures<F> {
  /** The next future that is done. */
  next(): Promise<IteratorResult<F, undefined>>;
  /** Ends the iteration. */
  return(): Promise<IteratorResult<F, undefined>>;
  /** Itself. */
  // deno-lint-ignore no-explicit-any -- see above: with `F` the loop's type would be a wrong one.
  [Symbol.asyncIterator](): AsyncIterableIterator<any, undefined>;
}

/**
 * Gives futures as they become done, finished or cancelled, those first that are; they may be of
 * several executors, and each is given once.
 *
 * @example
 * ```ts
 * import { asCompleted, ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
 *
 * await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
 * const futures = ["a", "b"].map((s) => executor.submit((s: string) => s.toUpperCase(), s));
 * for await (const future of asCompleted(futures)) console.log(await future); // A and B
 * ```
 *
 * @param futures The futures.
 * @param options `timeout` is in milliseconds from now: if some are not done then, the iteration
 * throws a `TimeoutError` once it has given those that are. `signal` ends it with its reason.
 * @throws {TypeError} If `futures` is no iterable of futures, or `timeout` no number.
 */
export function asCompleted<F extends Future<unknown>>(
  futures: Iterable<F>,
  { timeout, signal }: WaitOptions = {},
): CompletedFutures<F> {
  const all = distinct("iterate", futures);
  checkTimeout(timeout);
  const left = countdown(timeout);
  const steps = completions(all, () => ({ timeout: left(), signal }));
  return {
    next: async () => unwrapped(await steps.next()),
    return: async () => unwrapped(await steps.return(undefined)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A generator would await a future that it yields: so it comes in a list. */
function unwrapped<F>(step: IteratorResult<readonly [F], undefined>): IteratorResult<F, undefined> {
  return step.done ? step : { done: false, value: step.value[0] };
}

async function* completions<F extends Future<unknown>>(
  all: Set<F>,
  limits: () => WaitOptions,
): AsyncGenerator<readonly [F], undefined> {
  const { size } = all;
  let done: F[] = [];
  let batch: F[] = [];
  let changed = new Latch();
  const stop = follow(all, (future) => {
    done.push(future);
    changed.open();
  });
  // As in CPython what was given is held no longer: there may be many, with large results.
  all.clear();
  try {
    for (let given = 0; given < size; given++) {
      if (batch.length === 0) {
        if (done.length === 0 && !await changed.wait(limits())) {
          throw new TimeoutError(`${size - given} (of ${size}) futures are not done in time`);
        }
        batch = done.reverse();
        done = [];
        changed = new Latch();
      }
      yield [batch.pop()!];
    }
    return undefined;
  } finally {
    stop();
  }
}

/** Calls a listener with each future that is done, now or later, until it is stopped. */
function follow<F extends Future<unknown>>(
  futures: Iterable<F>,
  listener: (future: F) => void,
): () => void {
  const stops = new Set<() => void>();
  for (const future of futures) {
    if (future.done()) {
      listener(future);
      continue;
    }
    const stop = Future.whenDone(future, () => {
      stops.delete(stop);
      listener(future);
    });
    stops.add(stop);
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** What a caller gave as futures, each once. */
function distinct<F extends Future<unknown>>(verb: string, futures: Iterable<F>): Set<F> {
  checkIterable(verb, "futures", futures);
  const all = new Set<F>(futures);
  for (const future of all) {
    if (future instanceof Future) continue;
    throw wrongArgument(TypeError, `Cannot ${verb} as there must be futures only`, future);
  }
  return all;
}
