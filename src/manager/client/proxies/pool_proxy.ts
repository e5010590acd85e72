import { checkArray, checkFunction, isIterable } from "../../../arguments.ts";
import { type FunctionReference, referenceTo } from "../../../code/function_reference.ts";
import type { Root } from "../../../codec/path.ts";
import type { Callable } from "../../../code/task.ts";
import { longestTimer } from "../../../wait/latch.ts";
import { AsyncResult, type Callbacks } from "../../../pool/async_result.ts";
import { checkChunkSize } from "../../../pool/chunks.ts";
import { LateItems } from "../../../pool/late_items.ts";
import { callsRoot } from "../../../pool/naming.ts";
import {
  checkInput,
  checkPoolOptions,
  checkTaskOptions,
  type Input,
  type MapOptions,
  type PoolOptions,
  type TaskOptions,
} from "../../../pool/options.ts";
import type { Pool } from "../../../pool/pool.ts";
import { type IteratorSource, ResultIterator } from "../../../pool/result_iterator.ts";
import { References } from "../../../wait/keep_alive.ts";
import type { InputSource } from "../../../pool/scheduler.ts";
import { status } from "../../../pool/wire.ts";
import { inForeground } from "../../../runtime/timers.ts";
import type { RemotePoolOptions } from "../../protocol/options.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call } from "./base_proxy.ts";

/** How many chunks of an `imap` may be under way or waiting to be taken. */
const lookAhead = 32;

/**
 * A managed pool: its workers are children of the manager's server, so it can be used by children
 * of every start method and by other programs. Its methods are those of a `Pool`, and refuse what
 * those refuse; but what cannot travel rejects the result. All is copied on its way through the
 * server: `transfer` moves nothing.
 */
export class PoolProxy extends BaseProxy implements AsyncDisposable {
  /** What reads inputs here, and is given up when the pool is terminated. */
  readonly #inputs = new Set<InputSource>();
  /** Whoever waits for a result may wait for an input, of which no request tells. */
  readonly #waits = new References((whether) => {
    this.#letGo?.();
    this.#letGo = whether ? inForeground(longestTimer, () => {}) : undefined;
  });
  #letGo: (() => void) | undefined;

  static {
    defineProxy("Pool", (target) => new PoolProxy(target));
  }

  /** As `Pool.apply`. */
  readonly apply: Pool["apply"] = async (
    fn: Callable,
    args?: readonly unknown[],
    options?: TaskOptions,
  ) => await this.#apply<never>(fn, args, options).get();

  /** As `Pool.applyAsync`. */
  readonly applyAsync: Pool["applyAsync"] = (
    fn: Callable,
    args?: readonly unknown[],
    options?: TaskOptions & Callbacks<never>,
  ) => this.#apply<never>(fn, args, options);

  /** As `Pool.map`. */
  readonly map: Pool["map"] = async (
    fn: Callable,
    iterable: Input<unknown>,
    options?: MapOptions,
  ) => await this.#mapAll<never[]>(fn, iterable, options, alone).get();

  /** As `Pool.mapAsync`. */
  readonly mapAsync: Pool["mapAsync"] = (
    fn: Callable,
    iterable: Input<unknown>,
    options?: MapOptions & Callbacks<never[]>,
  ) => this.#mapAll<never[]>(fn, iterable, options, alone);

  /** As `Pool.starmap`. */
  readonly starmap: Pool["starmap"] = async (
    fn: Callable,
    iterableOfArgs: Input<unknown>,
    options?: MapOptions,
  ) => await this.#mapAll<never[]>(fn, iterableOfArgs, options, spread).get();

  /** As `Pool.starmapAsync`. */
  readonly starmapAsync: Pool["starmapAsync"] = (
    fn: Callable,
    iterableOfArgs: Input<unknown>,
    options?: MapOptions & Callbacks<never[]>,
  ) => this.#mapAll<never[]>(fn, iterableOfArgs, options, spread);

  /** As `Pool.imap`. */
  readonly imap: Pool["imap"] = (fn: Callable, iterable: Input<unknown>, options?: MapOptions) =>
    this.#iterate(fn, iterable, options, true);

  /** As `Pool.imapUnordered`. */
  readonly imapUnordered: Pool["imapUnordered"] = (
    fn: Callable,
    iterable: Input<unknown>,
    options?: MapOptions,
  ) => this.#iterate(fn, iterable, options, false);

  /** Takes no more tasks. The workers end once what was submitted is done. */
  close(): Promise<void> {
    return call(this, "close");
  }

  /** Ends the workers without finishing what they do, and waits for their end. */
  terminate(): Promise<void> {
    for (const input of this.#inputs) input.cancel();
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
    checkTaskOptions(verb, options);
    checkChunkSize(options.chunkSize);
    return referenceTo(fn as Callable);
  }

  #apply<R>(
    fn: Callable,
    args: readonly unknown[] = [],
    options: TaskOptions & Callbacks<R> = {},
  ): AsyncResult<R> {
    const reference = this.#reference("apply", fn, options);
    checkArray("apply", "args", args);
    const { timeout, signal } = options;
    const request = [reference, withKwargs(args, options), { timeout }];
    const root = secondAs((path) => `args${path}`);
    return this.#result(call(this, "apply", request, signal, root), options);
  }

  #result<R>(value: Promise<unknown>, callbacks: Callbacks<R>): AsyncResult<R> {
    const result = new AsyncResult<R>(this.#waits, callbacks);
    value.then(
      (value) => AsyncResult.settle(result, { status: status.fulfilled, value }),
      (value) => AsyncResult.settle(result, { status: status.rejected, value }),
    );
    return result;
  }

  #mapAll<R>(
    fn: Callable,
    input: Input<unknown>,
    options: MapOptions & Callbacks<R> = {},
    argsOf: (item: unknown) => readonly unknown[],
  ): AsyncResult<R> {
    const reference = this.#reference("map", fn, options);
    checkInput(input);
    const send = (items: readonly unknown[]) => this.#send(reference, items, 0, options, argsOf);
    const sent = isIterable(input) ? send([...input]) : this.#read(input, options).then(send);
    return this.#result(sent, options);
  }

  /** Reads an asynchronous input, which may never end, until the map or the pool is given up. */
  async #read(input: AsyncIterable<unknown>, { signal }: MapOptions): Promise<unknown[]> {
    const late = new LateItems(input, signal);
    this.#inputs.add(late);
    try {
      return await late.read();
    } finally {
      this.#inputs.delete(late);
    }
  }

  #send(
    reference: FunctionReference,
    items: readonly unknown[],
    first: number,
    options: MapOptions,
    argsOf: (item: unknown) => readonly unknown[],
  ): Promise<unknown[]> {
    const { timeout, chunkSize, signal } = options;
    const calls = items.map((item) => withKwargs(argsOf(item), options));
    const request = [reference, calls, { timeout, chunkSize }];
    const root = secondAs(callsRoot(first, argsOf === spread));
    return call(this, "starmap", request, signal, root);
  }

  #iterate(
    fn: Callable,
    input: Input<unknown>,
    options: MapOptions = {},
    ordered: boolean,
  ): ResultIterator<never> {
    const reference = this.#reference("map", fn, options);
    checkInput(input);
    const { chunkSize = 1, signal } = options;
    const source: IteratorSource = {
      ref: () => this.#waits.ref(),
      unref: () => this.#waits.unref(),
      addInput: (input) => void this.#inputs.add(input),
      removeInput: (input) => void this.#inputs.delete(input),
      submit: (chunk, first, settle) => {
        const limits = { ...options, chunkSize: chunk.length };
        this.#send(reference, chunk, first, limits, alone).then(
          (value) => settle({ status: status.fulfilled, value }),
          (value) => settle({ status: status.rejected, value }),
        );
      },
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

/** Names what is in the second thing of a request, which the caller has given. */
const secondAs = (name: (path: string) => string): Root => (path) => name(path.slice("[1]".length));

const alone = (item: unknown): readonly unknown[] => [item];
const spread = (args: unknown): readonly unknown[] => args as readonly unknown[];

const withKwargs = (args: readonly unknown[], { kwargs }: TaskOptions): readonly unknown[] =>
  kwargs === undefined ? args : [...args, kwargs];
