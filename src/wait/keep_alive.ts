/**
 * What keeps a program alive: its pool's workers, while somebody waits for them.
 *
 * @module
 * @internal
 */

import { inBackground } from "../runtime/timers.ts";

/** Something to wait for. */
export interface KeepAlive {
  ref(): void;
  unref(): void;
}

/** How long workers stay referenced after the last wait, in milliseconds: waits come in rows. */
const idleTime = 5;

/**
 * Counts those who wait, and tells when there are some and when there have been none for a while.
 */
export class References implements KeepAlive {
  readonly #reference: (whether: boolean) => void;
  #waits = 0;
  #held = false;
  /** It will be looked whether anybody still waits. */
  #resting = false;

  constructor(reference: (whether: boolean) => void) {
    this.#reference = reference;
  }

  /** Whether what is waited for is to keep the program alive. */
  get isHeld(): boolean {
    return this.#held;
  }

  ref(): void {
    this.#waits++;
    if (!this.#held) this.#hold(true);
  }

  unref(): void {
    if (--this.#waits > 0 || this.#resting) return;
    this.#resting = true;
    inBackground(idleTime, () => {
      this.#resting = false;
      if (this.#waits === 0 && this.#held) this.#hold(false);
    });
  }

  #hold(whether: boolean): void {
    this.#held = whether;
    this.#reference(whether);
  }
}
