/**
 * An input of a map that is asynchronous: its calls are submitted as they come.
 *
 * @module
 * @internal
 */

import { CancelledError } from "../errors.ts";
import type { Input } from "../pool/options.ts";
import type { InputSource, Scheduler } from "../pool/scheduler.ts";
import type { Future } from "./future.ts";
import type { FutureQueue } from "./future_queue.ts";
import { rowsOfLater } from "./rows.ts";

/** Reads inputs to their end, from now on. A pool that is closed meanwhile waits for it. */
export class LateInput<T> implements InputSource {
  readonly #scheduler: Scheduler;
  readonly #rows: AsyncGenerator<unknown[]>;
  readonly #queue: FutureQueue<T>;

  constructor(scheduler: Scheduler, inputs: readonly Input<unknown>[], queue: FutureQueue<T>) {
    this.#scheduler = scheduler;
    this.#rows = rowsOfLater(inputs);
    this.#queue = queue;
  }

  /** Submits a chunk whenever there are so many rows, with its place among the chunks. */
  async read(
    chunkSize: number,
    submit: (chunk: unknown[][], index: number) => Future<T>[],
  ): Promise<void> {
    this.#scheduler.addInput(this);
    try {
      let chunk: unknown[][] = [];
      let index = 0;
      for await (const row of this.#rows) {
        if (!this.#queue.isOpen) return;
        if (chunk.push(row) < chunkSize) continue;
        this.#queue.push(submit(chunk, index++));
        chunk = [];
      }
      if (chunk.length > 0 && this.#queue.isOpen) this.#queue.push(submit(chunk, index));
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      this.#scheduler.removeInput(this);
    }
  }

  /** All of it is submitted anyway. */
  unbind(): void {}

  /** The executor is shut down, and takes no more of it. */
  cancel(): void {
    this.#queue.fail(new CancelledError("The executor was shut down before the input ended"));
    this.close();
  }

  /** Reads no more, and closes the inputs as soon as they can be: one may never give anything. */
  close(): void {
    this.#scheduler.removeInput(this);
    this.#rows.return(undefined).catch((error) => {
      console.error("An input of a map threw when it was closed:", error);
    });
  }
}
