/**
 * Python's `concurrent.futures` for Deno, Bun and Node: calls in workers, and futures of their
 * results.
 *
 * ```ts
 * import { asCompleted, ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
 *
 * export const square = (x: number): number => x ** 2;
 *
 * if (import.meta.main) {
 *   await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
 *   const futures = [1, 2, 3].map((x) => executor.submit(square, x));
 *   for await (const future of asCompleted(futures)) console.log(await future.result());
 * }
 * ```
 *
 * - {@link ProcessPoolExecutor} runs calls in workers. `submit` runs one, `map` runs one for each
 *   input.
 * - {@link Future} stands for the result of a call. `await` gives the result, too.
 * - {@link wait} and {@link asCompleted} wait for several futures.
 *
 * A worker that dies breaks the executor, as in Python: all its futures reject with
 * {@link BrokenProcessPool}. The `Pool` of `@nproc/multiprocessing` replaces such a worker, and
 * only its task is lost.
 *
 * @module
 */

import "./src/channel/streams.ts";

export { type ExecutorMapOptions, type ExecutorOptions } from "./src/futures/executor.ts";
export { type Inputs, type Items, ProcessPoolExecutor } from "./src/futures/executor.ts";
export type { ShutdownOptions } from "./src/futures/executor.ts";
export { Future } from "./src/futures/future.ts";
export {
  asCompleted,
  type CompletedFutures,
  type DoneAndNotDone,
  type ReturnWhen,
  wait,
} from "./src/futures/wait.ts";
export type { WaitFuturesOptions } from "./src/futures/wait.ts";
export { BrokenProcessPool, CancelledError, TimeoutError } from "./src/errors.ts";
export type { Callable } from "./src/code/task.ts";
export type { WaitOptions } from "./src/wait/latch.ts";
export type { Input } from "./src/pool/options.ts";
export type { StartMethod } from "./src/runtime/start_method.ts";
