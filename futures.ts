/**
 * Python's `concurrent.futures` for Deno, Bun and Node: calls in workers, and futures of them.
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
