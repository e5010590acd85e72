/**
 * Something that happens once, or again and again, and those who wait for it.
 *
 * @module
 * @internal
 */

import { checkOptions, checkSignal, checkTimeout } from "../arguments.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; 0 tries once, leaving it out waits for ever. */
  readonly timeout?: number | undefined;
  /** Ends the wait, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The longest time that `setTimeout` can count; a longer wait is one for ever (over 24 days). */
export const longestTimer: number = 2 ** 31 - 1;

/**
 * Checks how long a caller wants to wait.
 *
 * @throws The signal's reason, if that was aborted before: also where there is nothing to wait for.
 */
export function checkWait(options: WaitOptions): void {
  checkOptions("wait", options);
  const { timeout, signal } = options;
  checkTimeout(timeout);
  checkSignal(signal);
  signal?.throwIfAborted();
}

/** How much is left of a time from now on, in milliseconds; `undefined` stays `undefined`. */
export function countdown(timeout: number): () => number;
export function countdown(timeout: number | undefined): () => number | undefined;
export function countdown(timeout: number | undefined): () => number | undefined {
  if (timeout === undefined || timeout === Infinity) return () => timeout;
  const until = performance.now() + timeout;
  return () => Math.max(0, until - performance.now());
}

/** A one-shot event. Who gives up waiting leaves nothing behind. */
export class Latch {
  #open = false;
  #waiters: Set<() => void> | undefined;

  /** Whether it has happened. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** It happens; a second time is nothing new. */
  open(): void {
    this.#open = true;
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const waiter of waiters ?? []) waiter();
  }

  /** Calls `listener` when it happens, or at once if it has. */
  onOpen(listener: () => void): void {
    if (this.#open) listener();
    else this.#add(listener);
  }

  /**
   * Waits until it has happened: `true`, or `false` once `timeout` is over.
   *
   * @throws The signal's reason, if that is aborted first.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWait(options);
    const { timeout, signal } = options;
    if (this.#open || (timeout !== undefined && timeout <= 0)) return this.#open;
    return await new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiters?.delete(onOpen);
        end();
      };
      const onOpen = () => settle(() => resolve(true));
      const onAbort = () => settle(() => reject(signal?.reason));
      const timer = timeout === undefined || timeout > longestTimer
        ? undefined
        : setTimeout(() => settle(() => resolve(false)), timeout);
      signal?.addEventListener("abort", onAbort);
      this.#add(onOpen);
    });
  }

  #add(waiter: () => void): void {
    (this.#waiters ??= new Set()).add(waiter);
  }
}

/** Something that happens again and again. Who waits, waits for the next time. */
export class Notify {
  #next = new Latch();

  /** It happens: all who wait go on. */
  notify(): void {
    const now = this.#next;
    this.#next = new Latch();
    now.open();
  }

  /** Waits until it happens, as `Latch.wait` does. */
  wait(options: WaitOptions): Promise<boolean> {
    return this.#next.wait(options);
  }
}
