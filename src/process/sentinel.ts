import type { Latch, WaitOptions } from "../memory/latch.ts";

/** Becomes ready when a process ends: what `wait()` takes beside connections. */
export class Sentinel {
  readonly #ended: Latch;

  /** Made by `Process`. */
  constructor(ended: Latch) {
    this.#ended = ended;
  }

  /** Whether the process has ended. */
  get ready(): boolean {
    return this.#ended.isOpen;
  }

  /**
   * Waits until the process has ended: `true`, or `false` once `timeout` (milliseconds) is over.
   *
   * @throws The signal's reason, if that is aborted first.
   */
  wait(options?: WaitOptions): Promise<boolean> {
    return this.#ended.wait(options);
  }
}
