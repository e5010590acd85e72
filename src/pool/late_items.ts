import { CancelledError } from "../errors.ts";
import type { InputSource } from "./scheduler.ts";

/**
 * The items of a map's asynchronous input, of which only the end tells how many there are. It may
 * never come: whoever gives the map up does not wait for it.
 *
 * @internal
 */
export class LateItems implements InputSource {
  readonly #input: AsyncIterator<unknown>;
  readonly #signal: AbortSignal | undefined;
  readonly #givenUp = Promise.withResolvers<never>();
  #isGivenUp = false;

  /** @throws The signal's reason, if that was aborted before: then nothing is read. */
  constructor(input: AsyncIterable<unknown>, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    this.#signal = signal;
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Reads all there are. */
  async read(): Promise<unknown[]> {
    const onAbort = () => this.#giveUp(this.#signal?.reason);
    this.#signal?.addEventListener("abort", onAbort);
    try {
      return await Promise.race([this.#givenUp.promise, this.#readAll()]);
    } finally {
      this.#signal?.removeEventListener("abort", onAbort);
    }
  }

  async #readAll(): Promise<unknown[]> {
    const items: unknown[] = [];
    while (!this.#isGivenUp) {
      const step = await this.#input.next();
      if (step.done) break;
      items.push(step.value);
    }
    return items;
  }

  /** All of it is read anyway. */
  unbind(): void {}

  /** The pool is terminated. */
  cancel(): void {
    this.#giveUp(new CancelledError("The pool was terminated before its input ended"));
  }

  #giveUp(reason: unknown): void {
    this.#isGivenUp = true;
    this.#givenUp.reject(reason);
    void this.#close();
  }

  async #close(): Promise<void> {
    try {
      await this.#input.return?.();
    } catch (error) {
      console.error("An input of a map threw when it was closed:", error);
    }
  }
}
