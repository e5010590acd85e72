import { fromParts } from "../from_parts.ts";
import { refuseToSend } from "../codec/extension.ts";
import type { WaitOptions } from "../wait/latch.ts";
import type { StartedChild } from "./started_child.ts";
import { showAs } from "../runtime/inspection.ts";

/** Becomes ready when a process ends: what `wait()` takes beside connections. */
export class Sentinel {
  static {
    showAs<Sentinel>(this, "Sentinel", (sentinel) => ({ ready: sentinel.ready }));
  }

  readonly #child: StartedChild;

  private constructor(child: StartedChild) {
    this.#child = child;
  }

  /** Whether the process has ended. */
  get ready(): boolean {
    return this.#child.ended.isOpen;
  }

  /**
   * Waits until the process has ended: `true`, or `false` once `timeout` (milliseconds) is over.
   *
   * @throws The signal's reason, if that is aborted first.
   */
  wait(options?: WaitOptions): Promise<boolean> {
    return this.#child.join(options);
  }
}

/**
 * Makes the sentinel of a child.
 *
 * @internal
 */
export const sentinelOf = (child: StartedChild): Sentinel => fromParts(Sentinel, child);

refuseToSend("Sentinel", (value) => value instanceof Sentinel, "wait for it where it was made");
