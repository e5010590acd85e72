/**
 * The results of an executor's map, one by one.
 *
 * @module
 * @internal
 */

import { TimeoutError } from "../errors.ts";
import { withCaller } from "../pool/caller_stack.ts";
import { countdown, type WaitOptions } from "../wait/latch.ts";
import { Future } from "./future.ts";
import type { FutureQueue } from "./future_queue.ts";

const end = { done: true, value: undefined } as const;

/**
 * Gives results in the order of the input. As in CPython it ends with the first error, or when its
 * time is over; whenever it ends, what has not begun is cancelled.
 */
export class MapResults<R> implements AsyncIteratorObject<R, undefined> {
  readonly #queue: FutureQueue<R[]>;
  readonly #timeout: number | undefined;
  readonly #limits: () => WaitOptions;
  readonly #onClose: () => void;
  /** Aborted when it ends: whoever waits then need not wait any longer. */
  readonly #end = new AbortController();
  /** What is left of the last chunk that came. */
  #chunk: Iterator<R> = [].values();
  /** The last `next`: one has its turn after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** The time runs from now on. */
  constructor(queue: FutureQueue<R[]>, { timeout, signal }: WaitOptions, onClose: () => void) {
    this.#queue = queue;
    this.#timeout = timeout;
    const left = countdown(timeout);
    const ended = this.#end.signal;
    const either = signal === undefined ? ended : AbortSignal.any([signal, ended]);
    this.#limits = () => ({ timeout: left(), signal: either });
    this.#onClose = onClose;
  }

  async next(): Promise<IteratorResult<R, undefined>> {
    const take = () => this.#take();
    const step = this.#turn.then(take, take);
    this.#turn = step;
    try {
      return await step;
    } catch (error) {
      throw withCaller(error);
    }
  }

  return(): Promise<IteratorResult<R, undefined>> {
    this.#close();
    return Promise.resolve(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #hasEnded(): boolean {
    return this.#end.signal.aborted;
  }

  async #take(): Promise<IteratorResult<R, undefined>> {
    try {
      let step = this.#chunk.next();
      while (step.done) {
        const chunk = await this.#nextChunk();
        if (chunk === undefined || this.#hasEnded) return end;
        this.#chunk = chunk.values();
        step = this.#chunk.next();
      }
      return { done: false, value: step.value };
    } catch (error) {
      if (this.#hasEnded) return end;
      this.#close();
      throw error;
    }
  }

  async #nextChunk(): Promise<R[] | undefined> {
    if (!await this.#queue.isReadyWithin(this.#limits())) throw this.#late();
    const future = this.#queue.take();
    if (future === undefined) return undefined;
    try {
      if (await Future.isDoneWithin(future, this.#limits())) return await Future.outcomeOf(future);
      throw this.#late();
    } finally {
      future.cancel();
    }
  }

  #late(): TimeoutError {
    return new TimeoutError(`The results of the map have not all come after ${this.#timeout} ms`);
  }

  #close(): void {
    this.#chunk = [].values();
    this.#end.abort();
    this.#queue.close();
    this.#onClose();
  }
}
