import { refuseToSend } from "../codec/extension.ts";
import { CancelledError, TimeoutError } from "../errors.ts";
import { checkWait, Latch, type WaitOptions } from "../wait/latch.ts";
import { inForeground } from "../runtime/timers.ts";
import { withCaller } from "./caller_stack.ts";
import type { KeepAlive } from "../wait/keep_alive.ts";
import type { InputSource } from "./scheduler.ts";
import { type Outcome, status } from "./wire.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * What a result iterator needs of its pool.
 *
 * @internal
 */
export interface IteratorSource extends KeepAlive {
  addInput(input: InputSource): void;
  removeInput(input: InputSource): void;
  /**
   * Submits one chunk, whose first item is the input's number `first`; what it refuses it throws.
   */
  submit(chunk: unknown[], first: number, settle: (outcome: Outcome) => void): void;
  /** How many chunks may be under way or waiting to be taken. */
  lookAhead(): number;
}

/**
 * How an iterator's results come.
 *
 * @internal
 */
export interface IteratorOptions {
  readonly chunkSize: number;
  /** Ends it all: its tasks look at it themselves. */
  readonly signal: AbortSignal | undefined;
  /** In the order of the input, or as they come. */
  readonly ordered: boolean;
}

/** How long an input may take to be closed that must give an item first, in milliseconds. */
const closeTime = 500;
/** Where so many chunks may be under way, they are small. */
const manyChunks = 16;

/** A result that can be taken: an item, or the error of the chunk at its place. */
type TakenResult = { readonly value: unknown } | { readonly error: unknown };

/** Somebody who waits for the next result; what was taken for them, once the latch is open. */
interface ResultWaiter {
  readonly latch: Latch;
  /** `undefined` at the end of the results. */
  entry?: TakenResult | undefined;
}

/**
 * The results of `imap` and `imapUnordered`, one by one. The input is read only so far ahead as
 * keeps the workers busy, so it may be endless; leaving the loop closes it.
 *
 * An error of a task is thrown by the `next` that would have given its result; the results behind
 * it can still be taken.
 *
 * @example
 * ```ts
 * import { Pool, task } from "@nproc/multiprocessing";
 *
 * const square = task(import.meta, (x: number) => x ** 2);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(2);
 *   for await (const y of pool.imap(square, [1, 2, 3])) console.log(y); // 1, 4, 9
 * }
 * ```
 */
export class ResultIterator<R>
  implements AsyncIterableIterator<R, undefined, WaitOptions | undefined> {
  readonly #source: IteratorSource;
  readonly #input: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #options: IteratorOptions;
  readonly #inputSource: InputSource = {
    unbind: () => this.#unbind(),
    cancel: () => this.#cancel(),
  };
  readonly #onAbort = (): void => this.#giveUp(this.#options.signal?.reason);
  /** Outcomes of chunks that came before their turn. */
  readonly #early = new Map<number, Outcome>();
  readonly #ready: TakenResult[][] = [];
  /** Those who wait, first come, first served. */
  readonly #queue: ResultWaiter[] = [];
  #submitted = 0;
  #arrived = 0;
  #taken = 0;
  #limit = 0;
  #reading = false;
  #inputEnded = false;
  #unbound = false;
  #isClosed = false;

  static {
    showAs<ResultIterator<unknown>>(
      this,
      "ResultIterator",
      (results) => ({ state: results.#isClosed ? "closed" : "open", taken: results.#taken }),
    );
    refuseToSend("ResultIterator", (value) => #source in value, "send the results");
  }

  /** @internal */
  constructor(
    source: IteratorSource,
    input: Iterable<unknown> | AsyncIterable<unknown>,
    options: IteratorOptions,
  ) {
    this.#source = source;
    this.#options = options;
    this.#input = Symbol.asyncIterator in input
      ? input[Symbol.asyncIterator]()
      : input[Symbol.iterator]();
    source.addInput(this.#inputSource);
    const { signal } = options;
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
    void this.#read();
  }

  /**
   * The next result.
   *
   * @throws {TimeoutError} If it is not there after `timeout` milliseconds; it is not lost, the
   * next call may give it.
   * @throws The error of the task, or the signal's reason if that is aborted first.
   */
  async next(options?: WaitOptions): Promise<IteratorResult<R, undefined>> {
    if (options !== undefined) checkWait(options);
    const entry = this.#queue.length === 0 && this.#hasNext
      ? this.#take()
      : await this.#wait(options);
    if (entry === undefined) return { done: true, value: undefined };
    if ("error" in entry) {
      // Behind that it is known who waits, and no more who called.
      await null;
      throw withCaller(entry.error);
    }
    return { done: false, value: entry.value as R };
  }

  /**
   * Ends the iteration: the input is closed, and results that nobody took are dropped. An input
   * that is just asked for its next item, and takes long to give it, is not waited for.
   */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#isClosed = true;
    this.#ready.length = 0;
    this.#early.clear();
    this.#arrived = this.#submitted;
    const closing = this.#closeInput();
    this.#wake();
    await (this.#reading ? inTime(closing) : closing);
    return { done: true, value: undefined };
  }

  /** The iterator itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As `return`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  // ---- taking

  /** Whether a result, an error or the end can be taken. */
  get #hasNext(): boolean {
    return this.#ready.length > 0 || (this.#inputEnded && this.#arrived === this.#submitted);
  }

  #take(): TakenResult | undefined {
    const entries = this.#ready[0];
    const entry = entries?.shift();
    if (entries?.length === 0) {
      this.#ready.shift();
      this.#taken++;
      // Many small chunks are submitted together, so that they are sent together.
      if (this.#limit < manyChunks || this.#ahead <= this.#limit / 2) void this.#read();
    }
    return entry;
  }

  async #wait(options?: WaitOptions): Promise<TakenResult | undefined> {
    const waiter: ResultWaiter = { latch: new Latch() };
    this.#queue.push(waiter);
    this.#source.ref();
    try {
      if (await waiter.latch.wait(options)) return waiter.entry;
      throw new TimeoutError(`The next result is not ready after ${options?.timeout} ms`);
    } finally {
      this.#source.unref();
      const index = this.#queue.indexOf(waiter);
      if (index >= 0) this.#queue.splice(index, 1);
    }
  }

  /** Serves those who wait. A result is taken for them here: nobody else can come between. */
  #wake(): void {
    while (this.#queue.length > 0 && this.#hasNext) {
      const waiter = this.#queue.shift()!;
      waiter.entry = this.#take();
      waiter.latch.open();
    }
  }

  // ---- feeding

  #unbind(): void {
    this.#unbound = true;
    void this.#read();
  }

  /**
   * How many chunks are under way; those that wait to be taken count as long as it is bound to
   * that.
   */
  get #ahead(): number {
    return this.#submitted - (this.#unbound ? this.#arrived : this.#taken);
  }

  /** The pool is terminated. */
  #cancel(): void {
    this.#giveUp(new CancelledError("The pool was terminated before its input ended"));
  }

  /** Behind what was submitted, and is rejected, comes the end, which is no end of the input. */
  #giveUp(reason: unknown): void {
    this.#isClosed = true;
    void this.#closeInput().catch((error) => this.#endWith(error));
    this.#endWith(reason);
  }

  async #closeInput(): Promise<void> {
    if (this.#inputEnded) return;
    this.#endInput();
    await this.#input.return?.();
  }

  /** An error that is no task's, in the place of the next result. */
  #endWith(error: unknown): void {
    this.#arrive(this.#submitted++, { status: status.rejected, value: error });
  }

  get #mayRead(): boolean {
    return !this.#inputEnded && this.#ahead < this.#limit;
  }

  /** Reads and submits until enough is under way. One at a time: an input may be slow. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    this.#limit = this.#source.lookAhead();
    while (this.#mayRead) {
      const chunk = this.#nextChunk([]);
      this.#submit(chunk instanceof Promise ? await chunk : chunk);
    }
    this.#reading = false;
    this.#wake();
  }

  /** The next items of the input; a promise only where the input gives one. */
  #nextChunk(items: unknown[]): unknown[] | Promise<unknown[]> {
    try {
      while (items.length < this.#options.chunkSize) {
        const step = this.#input.next();
        if (isPromiseLike(step)) return this.#resume(items, step);
        if (!this.#accept(items, step)) break;
      }
    } catch (error) {
      this.#failInput(error, items);
    }
    return items;
  }

  async #resume(
    items: unknown[],
    step: PromiseLike<IteratorResult<unknown>>,
  ): Promise<unknown[]> {
    try {
      if (!this.#accept(items, await step)) return items;
    } catch (error) {
      this.#failInput(error, items);
      return items;
    }
    return await this.#nextChunk(items);
  }

  #accept(items: unknown[], step: IteratorResult<unknown>): boolean {
    if (step.done) this.#endInput();
    else items.push(step.value);
    return !this.#inputEnded;
  }

  #endInput(): void {
    this.#inputEnded = true;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#source.removeInput(this.#inputSource);
  }

  /** The input threw: what it gave before is still done, then comes its error, then the end. */
  #failInput(error: unknown, items: unknown[]): void {
    if (this.#isClosed) return;
    this.#submit(items.splice(0));
    this.#endInput();
    this.#endWith(error);
  }

  #submit(chunk: unknown[]): void {
    // What an asynchronous input gives after its end was asked for is not wanted any more.
    if (chunk.length === 0 || this.#isClosed) return;
    const index = this.#submitted++;
    try {
      const first = index * this.#options.chunkSize;
      this.#source.submit(chunk, first, (outcome) => this.#arrive(index, outcome));
    } catch (error) {
      this.#arrive(index, { status: status.rejected, value: error });
    }
  }

  #arrive(index: number, outcome: Outcome): void {
    // After `return` nothing is expected any more.
    if (this.#arrived === this.#submitted) return;
    if (!this.#options.ordered) this.#deliver(outcome);
    else {
      this.#early.set(index, outcome);
      for (let next; (next = this.#early.get(this.#arrived)) !== undefined;) {
        this.#early.delete(this.#arrived);
        this.#deliver(next);
      }
    }
    if (this.#unbound) void this.#read();
    this.#wake();
  }

  #deliver({ status: how, value }: Outcome): void {
    this.#arrived++;
    this.#ready.push(
      how === status.fulfilled
        ? (value as unknown[]).map((value) => ({ value }))
        : [{ error: value }],
    );
  }
}

/** Waits for the end of an input, but not for ever: it may be one that never gives anything. */
async function inTime(closing: Promise<void>): Promise<void> {
  let cancel: (() => void) | undefined;
  const late = new Promise<void>((resolve) => cancel = inForeground(closeTime, resolve));
  try {
    await Promise.race([closing, late]);
  } finally {
    cancel?.();
  }
}

/** Also of another realm, or of a kind of its own: an asynchronous input may give any. */
function isPromiseLike<T>(step: T | PromiseLike<T>): step is PromiseLike<T> {
  return typeof (step as Partial<PromiseLike<T>>).then === "function";
}
