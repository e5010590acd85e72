/**
 * The futures of a map in the order of its input; those of an asynchronous input come later.
 *
 * @module
 * @internal
 */

import { Notify, type WaitOptions } from "../wait/latch.ts";
import type { Future } from "./future.ts";

/** Futures that were submitted, from the next one on. */
export class FutureQueue<T> {
  /** The next one is the last, so that it is let go of when it is taken. */
  #next: Future<T>[] = [];
  #behind: Future<T>[] = [];
  /** Nothing more will come, but for the error that the input ended with. */
  #end: { error?: unknown } | undefined;
  readonly #changed = new Notify();

  /** Whether what comes is still wanted. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  push(futures: readonly Future<T>[]): void {
    for (const future of futures) this.#behind.push(future);
    this.#changed.notify();
  }

  /** Nothing more will come. */
  end(): void {
    this.#end ??= {};
    this.#changed.notify();
  }

  /** Nothing more will come, and what was waited for then is this error. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#changed.notify();
  }

  /** Cancels what has not begun; nothing more will come. */
  close(): void {
    this.#end = {};
    for (const future of [...this.#next, ...this.#behind]) future.cancel();
    this.#next = [];
    this.#behind = [];
    this.#changed.notify();
  }

  /** Waits until it is known what comes next: `false` if it is not in time. */
  async isReadyWithin(options: WaitOptions): Promise<boolean> {
    return this.#isReady || await this.#changed.wait(options);
  }

  /** The next future; `undefined` at the end. */
  take(): Future<T> | undefined {
    if (this.#next.length === 0) {
      this.#next = this.#behind.reverse();
      this.#behind = [];
    }
    const next = this.#next.pop();
    if (next !== undefined || this.#end === undefined || !("error" in this.#end)) return next;
    const { error } = this.#end;
    this.#end = {};
    throw error;
  }

  get #isReady(): boolean {
    return this.#next.length > 0 || this.#behind.length > 0 || this.#end !== undefined;
  }
}
