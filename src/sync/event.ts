import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { allocateOwned, type Block, free } from "../memory/allocator.ts";
import { Futex } from "../memory/futex.ts";
import { checkWait, type WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { showAs } from "../runtime/inspection.ts";

const futexAt = 1;
const size = 3 * 4;

/** In the word of state. The rest of it counts how often the event was set. */
const SET = 1;
const ONE_MORE = 2;

/**
 * A flag that children wait for. It travels to other children, where it is the same event.
 *
 * @example
 * ```ts
 * import { Event, Process, task } from "@nproc/multiprocessing";
 *
 * export const waitForIt = task(import.meta, async (event: Event) => {
 *   await event.wait();
 *   console.log("go");
 * });
 *
 * if (import.meta.main) {
 *   const event = new Event();
 *   const child = new Process({ target: waitForIt, args: [event] });
 *   child.start();
 *   event.set();
 *   await child.join();
 * }
 * ```
 */
export class Event {
  readonly #block: Block;
  readonly #words: Int32Array;
  readonly #futex: Futex;

  /**
   * Makes an event that is not set, for children of the context's start method.
   *
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor();
  constructor(block?: Block) {
    this.#block = block ?? allocateOwned(startMethodOf(new.target), size);
    this.#words = this.#block.arena.words;
    this.#futex = new Futex(this.#block.arena, this.#block.word + futexAt);
  }

  static {
    showAs<Event>(this, "Event", (event) => ({ state: event.isSet() ? "set" : "unset" }));
    registerHandle<Event>({
      name: "Event",
      module: import.meta.url,
      matches: (value): value is Event => #futex in value,
      blockOf: (event) => event.#block,
      revive: (block) => fromParts(Event, block),
    });
  }

  #state(): number {
    if (!this.#block.isLive) throw new Error("Cannot use an event that is disposed");
    return Atomics.load(this.#words, this.#block.word);
  }

  /** Sets the flag. Whoever waits goes on, even if the flag is cleared at once. */
  set(): void {
    for (;;) {
      const state = this.#state();
      if ((state & SET) !== 0) return;
      const next = (state + ONE_MORE) | SET;
      if (Atomics.compareExchange(this.#words, this.#block.word, state, next) === state) break;
    }
    this.#futex.wake();
  }

  /** Clears the flag: `wait` waits again. */
  clear(): void {
    this.#state();
    Atomics.and(this.#words, this.#block.word, ~SET);
  }

  /** Whether the flag is set. */
  isSet(): boolean {
    return (this.#state() & SET) !== 0;
  }

  /**
   * Waits until the flag is set.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first.
   * @throws {Error} If the event is disposed of, also while this call waits.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    return await this.#futex.wait(this.#wasSetSince(this.#state()), options);
  }

  /**
   * Does what `wait` does with this thread blocked meanwhile.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   */
  waitSync(options: Omit<WaitOptions, "signal"> = {}): boolean {
    checkWait(options);
    return this.#futex.waitSync(this.#wasSetSince(this.#state()), options.timeout);
  }

  #wasSetSince(before: number): () => boolean {
    return () => {
      const now = this.#state();
      return (now & SET) !== 0 || (now & ~SET) !== (before & ~SET);
    };
  }

  /**
   * Gives the event's memory back. Whoever still waits for it or uses it, in any child, gets an
   * `Error`.
   */
  [Symbol.dispose](): void {
    free(this.#block, { then: () => this.#futex.wake() });
  }
}
