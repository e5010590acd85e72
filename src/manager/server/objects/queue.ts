/**
 * Managed queues: see `Manager`.
 *
 * @module
 * @internal
 */

import { Empty, Full } from "../../../errors.ts";
import { type CallContext, CallerAware } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import { Fifo } from "./fifo.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";
import { checkMaxSize } from "../../protocol/checked_arguments.ts";

/** An item for somebody who waits for one. */
interface Given {
  readonly item: unknown;
}

/** A queue: first in, first out, also among those who wait. It counts what is still to be done. */
export class ServedQueue extends CallerAware {
  readonly #maxSize: number;
  readonly #items = new Fifo<unknown>();
  readonly #getters = new WaitQueue<Given>();
  /** Those who wait for room, with their items. */
  readonly #putters = new WaitQueue<true, unknown>();
  #unfinished = 0;
  readonly #joiners = new WaitQueue();

  constructor(maxSize: number = 0) {
    super();
    checkMaxSize(maxSize);
    this.#maxSize = maxSize > 0 ? maxSize : Infinity;
  }

  async put(caller: CallContext, item: unknown, options?: Patience): Promise<void> {
    if (!this.full()) return this.#add(item);
    if (await this.#putters.wait(caller, limitOf(options), item) !== undefined) return;
    throw new Full(`Cannot put an item as the queue is full: it holds ${this.#maxSize}`);
  }

  putNoWait(caller: CallContext, item: unknown): Promise<void> {
    return this.put(caller, item, { block: false });
  }

  get(caller: CallContext, options?: Patience): unknown {
    if (this.#items.length === 0) return this.#wait(caller, limitOf(options));
    return this.#give(caller, this.#take());
  }

  async #wait(caller: CallContext, limit: number | undefined): Promise<unknown> {
    const given = await this.#getters.wait(caller, limit, undefined);
    if (given === undefined) throw new Empty("Cannot get an item as the queue is empty");
    return this.#give(caller, given.item);
  }

  /** Gives an item out. Where it does not arrive it is the first again. */
  #give(caller: CallContext, item: unknown): unknown {
    caller.undo = () => {
      this.#items.unshift(item);
      // Others may come before it: what is taken back last was given first.
      queueMicrotask(() => this.#serve());
    };
    return item;
  }

  /** Gives those who wait what there is. */
  #serve(): void {
    while (this.#items.length > 0 && this.#getters.length > 0) {
      this.#getters.give({ item: this.#take() });
    }
  }

  getNoWait(caller: CallContext): unknown {
    return this.get(caller, { block: false });
  }

  qsize(): number {
    return this.#items.length;
  }

  empty(): boolean {
    return this.#items.length === 0;
  }

  full(): boolean {
    return this.#items.length >= this.#maxSize;
  }

  /** Adds an item, for which there is room. */
  #add(item: unknown): void {
    this.#unfinished++;
    if (this.#getters.give({ item }) === undefined) this.#items.push(item);
  }

  /** Takes the first item, and lets in that of whoever has waited longest for the room. */
  #take(): unknown {
    const item = this.#items.shift();
    const putter = this.#putters.give(true);
    if (putter !== undefined) this.#add(putter.brought);
    return item;
  }

  taskDone(_caller: CallContext): void {
    if (this.#unfinished === 0) {
      throw new Error("Cannot call taskDone() as often as that: fewer items were put");
    }
    if (--this.#unfinished === 0) this.#joiners.giveAll(true);
  }

  async join(caller: CallContext, options?: Patience): Promise<boolean> {
    if (this.#unfinished === 0) return true;
    return await this.#joiners.wait(caller, limitOf(options), undefined) ?? false;
  }
}
