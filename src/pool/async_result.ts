import { refuseToSend } from "../codec/extension.ts";
import { TimeoutError } from "../errors.ts";
import { checkWait, Latch, type WaitOptions } from "../wait/latch.ts";
import { withCaller } from "./caller_stack.ts";
import type { KeepAlive } from "../wait/keep_alive.ts";
import { type Outcome, status } from "./wire.ts";
import { showAs } from "../runtime/inspection.ts";

/** What is called when a result comes. */
export interface Callbacks<T> {
  /** Called with the result. An error that it throws is printed, and disturbs nothing. */
  callback?: ((value: T) => unknown) | undefined;
  /** Called with the error. */
  errorCallback?: ((error: unknown) => unknown) | undefined;
}

/**
 * A result that will come: what `applyAsync`, `mapAsync` and `starmapAsync` give. It can be
 * awaited as it is. While somebody waits for it, it keeps the program alive; nobody has to: an
 * error that nobody asks for is dropped.
 *
 * @example
 * ```ts
 * import { Pool, task } from "@nproc/multiprocessing";
 *
 * const square = task(import.meta, (x: number) => x ** 2);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(2);
 *   const result = pool.applyAsync(square, [10]);
 *   console.log(await result.get({ timeout: 10_000 })); // 100
 *   console.log(result.ready(), result.successful()); // true true
 * }
 * ```
 */
export class AsyncResult<T> implements PromiseLike<T> {
  readonly #pool: KeepAlive;
  /** Typed so that a result of something is one of what that is a kind of. */
  readonly #callbacks: Callbacks<never>;
  #outcome: Outcome | undefined;
  /** What those wait for who have all the time in the world; made for the first of them. */
  #promise: Promise<T> | undefined;
  #settlePromise: ((outcome: Outcome) => void) | undefined;
  /** What those wait for who have not. */
  #latch: Latch | undefined;

  static {
    showAs<AsyncResult<unknown>>(this, "AsyncResult", (result) => ({ state: result.#state }));
    refuseToSend("AsyncResult", (value) => #pool in value, "send what it comes to");
  }

  /** @internal */
  constructor(pool: KeepAlive, callbacks: Callbacks<T> = {}) {
    this.#pool = pool;
    this.#callbacks = callbacks;
  }

  /** @internal */
  static settle<T>(result: AsyncResult<T>, outcome: Outcome): void {
    result.#settle(outcome);
  }

  /**
   * What a result comes to. The stack of an error does not tell who waits here.
   *
   * @internal
   */
  static outcomeOf<T>(result: AsyncResult<T>): Promise<T> {
    return result.#whole();
  }

  get #state(): string {
    if (this.#outcome === undefined) return "pending";
    return this.#outcome.status === status.fulfilled ? "fulfilled" : "rejected";
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    const { callback, errorCallback } = this.#callbacks;
    const listener = outcome.status === status.fulfilled ? callback : errorCallback;
    if (listener !== undefined) void notify(listener as Callback, outcome.value, "a pool's result");
    this.#settlePromise?.(outcome);
    this.#latch?.open();
  }

  /** Whether the result, or an error, has come. */
  ready(): boolean {
    return this.#outcome !== undefined;
  }

  /**
   * Whether the call ended without an error.
   *
   * @throws {Error} If it has not ended.
   */
  successful(): boolean {
    if (this.#outcome === undefined) {
      throw new Error("Cannot tell whether the call is successful as it is not ready");
    }
    return this.#outcome.status === status.fulfilled;
  }

  /**
   * Waits until the result is ready, or `timeout` (milliseconds) is over. Tells nothing of it.
   *
   * @throws The signal's reason, if that is aborted first.
   */
  async wait(options?: WaitOptions): Promise<void> {
    await this.#ready(options);
  }

  /**
   * The result.
   *
   * @throws {TimeoutError} If it is not ready after `timeout` milliseconds; the call goes on, and
   * the result can be asked for again.
   * @throws The error of the call; `WorkerLostError` if its worker died, `CancelledError` if the
   * pool was terminated; the signal's reason if that is aborted first.
   */
  get(options?: WaitOptions): Promise<T> {
    return options === undefined ? this.#get() : this.#getWithin(options);
  }

  /** As `get()`: a result can be awaited. */
  then<R = T, E = never>(
    onFulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#get().then(onFulfilled, onRejected);
  }

  async #get(): Promise<T> {
    try {
      return await this.#whole();
    } catch (error) {
      throw withCaller(error);
    }
  }

  #whole(): Promise<T> {
    if (this.#promise !== undefined) return this.#promise;
    this.#promise = new Promise((resolve, reject) => {
      this.#settlePromise = ({ status: how, value }) => {
        if (how === status.fulfilled) resolve(value as T);
        else reject(value);
      };
    });
    if (this.#outcome === undefined) this.#holdUntilSettled();
    else this.#settlePromise?.(this.#outcome);
    return this.#promise;
  }

  #holdUntilSettled(): void {
    const settle = this.#settlePromise!;
    this.#pool.ref();
    this.#settlePromise = (outcome) => {
      this.#pool.unref();
      settle(outcome);
    };
  }

  async #getWithin(options: WaitOptions): Promise<T> {
    if (!await this.#ready(options)) {
      throw new TimeoutError(`The result is not ready after ${options.timeout} ms`);
    }
    try {
      return await this.#whole();
    } catch (error) {
      throw withCaller(error);
    }
  }

  async #ready(options?: WaitOptions): Promise<boolean> {
    if (options !== undefined) checkWait(options);
    if (this.#outcome !== undefined) return true;
    this.#pool.ref();
    try {
      return await (this.#latch ??= new Latch()).wait(options);
    } finally {
      this.#pool.unref();
    }
  }
}

type Callback = (value: unknown) => unknown;

/**
 * Calls a callback of something. Its error is its author's to see, and nobody else's to suffer.
 *
 * @internal
 */
export async function notify<T>(
  callback: (value: T) => unknown,
  value: T,
  whose: string,
): Promise<void> {
  try {
    await callback(value);
  } catch (error) {
    console.error(`A callback of ${whose} threw:`, error);
  }
}
