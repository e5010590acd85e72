import { type FunctionReference, referenceTo } from "../../codec/function_reference.ts";
import type { Callable } from "../../codec/task.ts";
import { checkTimeout } from "../../memory/latch.ts";
import { AsyncResult, type Callbacks } from "../../pool/async_result.ts";
import { checkChunkSize } from "../../pool/chunks.ts";
import {
  type Arguments,
  checkFunction,
  checkIterable,
  checkPoolOptions,
  type Input,
  isIterable,
  type MapOptions,
  type PoolOptions,
  type TaskOptions,
} from "../../pool/options.ts";
import { type IteratorSource, ResultIterator } from "../../pool/result_iterator.ts";
import { status } from "../../pool/wire.ts";
import type { RemotePoolOptions } from "../objects/pool.ts";
import { defineProxy } from "../target.ts";
import { BaseProxy, call } from "./base_proxy.ts";

/** A pending request keeps the program alive by itself. */
const keepAlive = { hold: (): void => {}, letGo: (): void => {} };
/** How many chunks of an `imap` may be under way or waiting to be taken. */
const lookAhead = 32;

/**
 * A managed pool: its workers are children of the manager's server, so it can be used by children of
 * every start method and by other programs. Its methods are those of a `Pool`; what they refuse, they
 * refuse at the call.
 */
export class PoolProxy extends BaseProxy implements AsyncDisposable {
  static {
    defineProxy("Pool", (target) => new PoolProxy(target));
  }

  /** As `Pool.apply`. */
  async apply<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args?: Arguments<A>,
    options?: TaskOptions,
  ): Promise<Awaited<R>> {
    return await this.applyAsync(fn, args, options).get();
  }

  /** As `Pool.applyAsync`. */
  applyAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: Arguments<A> = [] as never,
    options: TaskOptions & Callbacks<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    const reference = this.#reference("apply", fn, options);
    if (!Array.isArray(args)) {
      throw new TypeError(`Cannot apply as args must be an array: received ${String(args)}`);
    }
    const all = withKwargs(args, options);
    const { timeout, signal } = options;
    return this.#result(call(this, "apply", [reference, all, { timeout }], signal), options);
  }

  /** As `Pool.map`. */
  async map<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return await this.mapAsync(fn, iterable, options).get();
  }

  /** As `Pool.mapAsync`. */
  mapAsync<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAll(fn, iterable, options, alone);
  }

  /** As `Pool.starmap`. */
  async starmap<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterableOfArgs: Input<Arguments<A>>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return await this.starmapAsync(fn, iterableOfArgs, options).get();
  }

  /** As `Pool.starmapAsync`. */
  starmapAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    iterableOfArgs: Input<Arguments<A>>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#mapAll(fn, iterableOfArgs, options, (args) => args as readonly unknown[]);
  }

  /** As `Pool.imap`. */
  imap<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options: MapOptions = {},
  ): ResultIterator<Awaited<R>> {
    return this.#iterate(fn, iterable, options, true);
  }

  /** As `Pool.imapUnordered`. */
  imapUnordered<T, R>(
    fn: (item: T) => R,
    iterable: Input<T>,
    options: MapOptions = {},
  ): ResultIterator<Awaited<R>> {
    return this.#iterate(fn, iterable, options, false);
  }

  /** Takes no more tasks. The workers end once what was submitted is done. */
  close(): Promise<void> {
    return call(this, "close");
  }

  /** Ends the workers without finishing what they do, and waits for their end. */
  terminate(): Promise<void> {
    return call(this, "terminate");
  }

  /**
   * Waits until the workers have ended.
   *
   * @throws {Error} If the pool is neither closed nor terminated.
   */
  join(): Promise<void> {
    return call(this, "join");
  }

  /** As `terminate`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
    this[Symbol.dispose]();
  }

  #reference(verb: string, fn: unknown, options: MapOptions): FunctionReference {
    checkFunction(verb, "fn", fn);
    checkTimeout(options.timeout);
    checkChunkSize(options.chunkSize);
    return referenceTo(fn as Callable);
  }

  #result<R>(value: Promise<unknown>, callbacks: Callbacks<R>): AsyncResult<R> {
    const result = new AsyncResult<R>(keepAlive, callbacks);
    value.then(
      (value) => AsyncResult.settle(result, { status: status.fulfilled, value }),
      (value) => AsyncResult.settle(result, { status: status.rejected, value }),
    );
    return result;
  }

  #mapAll<R>(
    fn: Callable,
    input: Input<unknown>,
    options: MapOptions & Callbacks<R>,
    argsOf: (item: unknown) => readonly unknown[],
  ): AsyncResult<R> {
    const reference = this.#reference("map", fn, options);
    checkIterable(input);
    const items = isIterable(input) ? [...input] : Array.fromAsync(input);
    const send = (items: readonly unknown[]) => this.#send(reference, items, options, argsOf);
    return this.#result(items instanceof Promise ? items.then(send) : send(items), options);
  }

  #send(
    reference: FunctionReference,
    items: readonly unknown[],
    options: MapOptions,
    argsOf: (item: unknown) => readonly unknown[],
  ): Promise<unknown[]> {
    const { timeout, chunkSize, signal } = options;
    const calls = items.map((item) => withKwargs(argsOf(item), options));
    return call(this, "starmap", [reference, calls, { timeout, chunkSize }], signal);
  }

  #iterate(
    fn: Callable,
    input: Input<unknown>,
    options: MapOptions,
    ordered: boolean,
  ): ResultIterator<never> {
    const reference = this.#reference("map", fn, options);
    checkIterable(input);
    const { chunkSize = 1, signal } = options;
    const source: IteratorSource = {
      ...keepAlive,
      addFeed: () => {},
      removeFeed: () => {},
      submit: (chunk, settle) =>
        void this.#send(reference, chunk, { ...options, chunkSize: chunk.length }, alone).then(
          (value) => settle({ status: status.fulfilled, value }),
          (value) => settle({ status: status.rejected, value }),
        ),
      lookAhead: () => lookAhead,
    };
    return new ResultIterator(source, input, { chunkSize, signal, ordered });
  }
}

/**
 * What a managed pool is to be, as it travels.
 *
 * @internal
 */
export function sendablePool(options: number | PoolOptions): RemotePoolOptions {
  const given = typeof options === "object" && options !== null ? options : { processes: options };
  checkPoolOptions(given);
  const { initializer } = given;
  return { ...given, initializer: initializer && referenceTo(initializer) };
}

const alone = (item: unknown): readonly unknown[] => [item];

const withKwargs = (args: readonly unknown[], { kwargs }: TaskOptions): readonly unknown[] =>
  kwargs === undefined ? args : [...args, kwargs];
