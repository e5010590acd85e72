/**
 * What is taken one by one in a loop, by whatever can be waited for.
 *
 * @module
 * @internal
 */

import type { WaitOptions } from "./latch.ts";

const end = { done: true, value: undefined } as const;

/**
 * Takes one item after the other. As opposed to a generator's, its end does not wait for the next
 * item: the wait for that is given up, so nobody loses it.
 */
export class LoopItems<T> implements AsyncIterableIterator<T, void, undefined> {
  readonly #take: (options: WaitOptions) => Promise<T>;
  readonly #isEnd: (error: unknown) => boolean;
  readonly #left = new AbortController();

  /** `isEnd` tells of an error of `take` whether it is the end of the loop, and no failure. */
  constructor(
    take: (options: WaitOptions) => Promise<T>,
    isEnd: (error: unknown) => boolean,
  ) {
    this.#take = take;
    this.#isEnd = isEnd;
  }

  async next(): Promise<IteratorResult<T, void>> {
    const { signal } = this.#left;
    if (signal.aborted) return end;
    try {
      return { done: false, value: await this.#take({ signal }) };
    } catch (error) {
      const isOver = signal.aborted || this.#isEnd(error);
      this.#left.abort();
      if (isOver) return end;
      throw error;
    }
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#left.abort();
    return Promise.resolve(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
