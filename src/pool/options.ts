import {
  checkArray,
  checkDuration,
  checkFunction,
  checkInteger,
  checkIterable,
  checkOptions,
  checkSignal,
  checkString,
  checkTimeout,
} from "../arguments.ts";
import type { Transferable } from "../codec/transfer.ts";
import type { Callable } from "../code/task.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { Callbacks } from "./async_result.ts";

/** What a pool is to be. */
export interface PoolOptions {
  /** The number of workers; what `cpuCount()` says where it is left out. */
  processes?: number | undefined;
  /** Called once in each worker before its first task. If it throws, so does every task. */
  initializer?: Callable | undefined;
  /** The arguments of `initializer`. */
  initArgs?: readonly unknown[] | undefined;
  /**
   * How long `initializer` may take in a worker, in milliseconds; for ever where it is left out.
   * Then the worker is killed, also if it never yields, and every task is rejected with a
   * `TimeoutError`.
   */
  initTimeout?: number | undefined;
  /** Tasks (chunks, for a map) after which a worker is replaced; never where it is left out. */
  maxTasksPerChild?: number | undefined;
  /** The name of the workers, before their number: `PoolWorker` where it is left out. */
  name?: string | undefined;
  /**
   * What the workers may do, on Deno. Those that may not do everything share no memory: they can
   * use no `Queue`, say.
   */
  permissions?: Permissions | undefined;
}

/** How a task is to be run. */
export interface TaskOptions {
  /** One object, passed behind the other arguments of each call. */
  kwargs?: object | undefined;
  /**
   * What is moved and not copied, where the start method can; of a map by the item that holds it.
   */
  transfer?: Transferable[] | undefined;
  /** Rejects the task with the signal's reason; a task that runs loses its worker by it. */
  signal?: AbortSignal | undefined;
  /** Milliseconds that a task may run, from when it begins; then its worker is replaced. */
  timeout?: number | undefined;
}

/** How a map is to be run. */
export interface MapOptions extends TaskOptions {
  /** How many items make one task. */
  chunkSize?: number | undefined;
}

/** An input: iterables may be asynchronous. */
export type Input<T> = Iterable<T> | AsyncIterable<T>;

/** A list of arguments: all, or without the last ones that are optional or come as `kwargs`. */
export type Arguments<A extends readonly unknown[]> =
  | Readonly<A>
  | (A extends readonly [...infer Head, unknown] ? Readonly<Head> : readonly []);

/**
 * Checks what a caller gave as an input.
 *
 * @internal
 */
export function checkInput(input: unknown): void {
  const isAsync = typeof (input as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator];
  if (isAsync !== "function") checkIterable("map", "the input", input);
}

/**
 * Checks what a caller gave as a pool's options.
 *
 * @internal
 */
export function checkPoolOptions(options: PoolOptions): void {
  const verb = "make a pool";
  const { processes, initializer, initArgs, initTimeout, maxTasksPerChild, name } = options;
  if (processes !== undefined) checkInteger(verb, "processes", processes, 1);
  if (maxTasksPerChild !== undefined) checkInteger(verb, "maxTasksPerChild", maxTasksPerChild, 1);
  if (initializer !== undefined) checkFunction(verb, "initializer", initializer);
  if (initArgs !== undefined) checkArray(verb, "initArgs", initArgs);
  if (initTimeout !== undefined) checkDuration(verb, "initTimeout", initTimeout);
  if (name !== undefined) checkString(verb, "name", name);
}

/**
 * Checks what a caller gave beside a function and its arguments.
 *
 * @internal
 */
export function checkTaskOptions(verb: string, options: TaskOptions & Callbacks<never>): void {
  checkOptions(verb, options);
  const { transfer, signal, timeout, callback, errorCallback } = options;
  checkTimeout(timeout);
  checkSignal(signal);
  if (transfer !== undefined) checkArray(verb, "transfer", transfer);
  if (callback !== undefined) checkFunction(verb, "callback", callback);
  if (errorCallback !== undefined) checkFunction(verb, "errorCallback", errorCallback);
}
