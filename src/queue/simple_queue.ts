import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { Block } from "../memory/allocator.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { endRecordQueue } from "../channel/record_queue.ts";
import { allocateQueue, type Queue, queueIn, recordsOf } from "./queue.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * A queue with the few methods that most programs need. It is the same as a `Queue` without a bound
 * otherwise.
 *
 * @example
 * ```ts
 * import { SimpleQueue } from "@nproc/multiprocessing";
 *
 * const queue = new SimpleQueue<string>();
 * await queue.put("a");
 * console.log(await queue.get(), queue.empty()); // a true
 * ```
 */
export class SimpleQueue<T = unknown> {
  readonly #queue: Queue<T>;

  /**
   * Makes an empty queue, for children of the context's start method.
   *
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor();
  constructor(block?: Block) {
    this.#queue = queueIn(
      block instanceof Block ? block : allocateQueue(startMethodOf(new.target), 0),
    );
  }

  static {
    showAs<SimpleQueue>(this, "SimpleQueue", (queue) => ({ size: queue.#queue.qsize() }));
    registerHandle<SimpleQueue>({
      name: "SimpleQueue",
      module: import.meta.url,
      matches: (value): value is SimpleQueue => #queue in value,
      blockOf: (queue) => recordsOf(queue.#queue).block,
      ending: endRecordQueue,
      revive: (block) => fromParts(SimpleQueue, block),
    });
  }

  /**
   * Puts an item, when there is room in the memory that children share.
   *
   * @throws {DOMException} A `DataCloneError` that names the path to what cannot travel (`item.a`).
   * @throws {RangeError} If the item is larger than all the memory that children share.
   * @throws {Error} If this child has closed the queue, or any has disposed of it.
   */
  async put(item: T): Promise<void> {
    await this.#queue.put(item);
  }

  /**
   * Does what `put` does with this thread blocked meanwhile.
   *
   * @throws What `put` throws.
   */
  putSync(item: T): void {
    this.#queue.putSync(item);
  }

  /**
   * Takes the first item, when there is one.
   *
   * @throws {Empty} Once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was taken.
   * @throws {Error} If this child has closed the queue, or any has disposed of it.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    return await this.#queue.get(options);
  }

  /**
   * Does what `get` does with this thread blocked meanwhile.
   *
   * @throws {Empty} Once `timeout` (milliseconds) is over.
   */
  getSync(options: Omit<WaitOptions, "signal"> = {}): T {
    return this.#queue.getSync(options);
  }

  /** Whether there is nothing to get at present. */
  empty(): boolean {
    return this.#queue.empty();
  }

  /** Closes this child's end: it can neither put nor get any more. Nothing changes for others. */
  close(): void {
    this.#queue.close();
  }

  /**
   * Gives the queue's memory back, with all items. Whoever waits for it or uses it, in any child,
   * gets an `Error`.
   */
  [Symbol.dispose](): void {
    this.#queue[Symbol.dispose]();
  }
}
