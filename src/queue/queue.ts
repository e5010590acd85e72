import { checkInteger } from "../arguments.ts";
import { endRecordQueue, RecordQueue } from "../channel/record_queue.ts";
import { allocateRecordQueue } from "../channel/record_queue_layout.ts";
import { Messages, type ReadMessage, readValue, settleDelivery } from "../channel/messages.ts";
import { Encoder } from "../codec/encoder.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { Empty, Full } from "../errors.ts";
import { Block, whyNoRoom } from "../memory/allocator.ts";
import { checkWait } from "../wait/latch.ts";
import { LoopItems } from "../wait/loop_items.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { type AcquireOptions, type AcquireSyncOptions, triesOnce } from "../memory/lock_word.ts";
import { type Details, showAs } from "../runtime/inspection.ts";

/** What a record queue can count. */
const mostItems = 2 ** 30;

/**
 * Makes the memory of a queue, with so many words behind it.
 *
 * @internal
 */
export function allocateQueue(method: StartMethod, maxSize: unknown, more: number = 0): Block {
  checkInteger("make a queue", "maxSize", maxSize, -Infinity, mostItems);
  return allocateRecordQueue(method, { items: Math.max(0, maxSize) }, more);
}

/**
 * The queue whose memory is a block.
 *
 * @internal
 */
export const queueIn = <T = unknown>(block: Block): Queue<T> => fromParts<Queue<T>>(Queue, block);

/** Set in the body of the class, where its private fields can be read. */
let readRecords: <T>(queue: Queue<T>) => RecordQueue;
let readDetails: (queue: Queue) => Details;

/**
 * A queue between children: first in, first out, with any number of producers and consumers. Every
 * item is got exactly once. It travels to other children, where it is the same queue.
 *
 * Items are copied, as arguments are; locks, queues and other objects of this package keep what
 * they are. They are in memory that all children share as soon as `put` has returned: a child that
 * ends then, even by a signal, takes none of them with it.
 *
 * @example
 * ```ts
 * import { Process, Queue, task } from "@nproc/multiprocessing";
 *
 * export const produce = task(import.meta, async (queue: Queue<number>) => {
 *   for (let i = 0; i < 3; i++) await queue.put(i);
 * });
 *
 * if (import.meta.main) {
 *   const queue = new Queue<number>();
 *   new Process({ target: produce, args: [queue] }).start();
 *   for (let i = 0; i < 3; i++) console.log(await queue.get()); // 0, 1, 2
 * }
 * ```
 */
export class Queue<T = unknown> implements AsyncIterable<T> {
  readonly #messages: Messages;
  readonly #encoder: Encoder;
  readonly #read = readValue as ReadMessage<T>;
  #closed = false;

  /**
   * Makes an empty queue, for children of the context's start method.
   *
   * @param maxSize How many items it can hold; with 0, or less, any number.
   * @throws {RangeError} If `maxSize` is not an integer.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(maxSize?: number);
  constructor(from: number | Block = 0) {
    const block = from instanceof Block ? from : allocateQueue(startMethodOf(new.target), from);
    this.#messages = new Messages(new RecordQueue(block, "a queue"), "item");
    this.#encoder = new Encoder({
      channel: block.arena.method,
      defers: true,
      heldBy: "carrier",
    });
  }

  static {
    readRecords = (queue) => queue.#messages.records;
    readDetails = (queue) => ({ state: queue.#closed ? "closed" : "open", size: queue.qsize() });
    showAs<Queue>(this, "Queue", readDetails);
    registerHandle<Queue>({
      name: "Queue",
      module: import.meta.url,
      matches: (value): value is Queue => #messages in value,
      blockOf: (queue) => queue.#messages.records.block,
      ending: endRecordQueue,
      revive: queueIn,
    });
  }

  /**
   * Puts an item, when there is room: in the queue, and in the memory that children share. Items
   * come in the order of the calls on this object.
   *
   * @throws {Full} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was put.
   * @throws {DOMException} A `DataCloneError` that names the path to what cannot travel (`item.a`).
   * @throws {RangeError} If the item is larger than all the memory that children share.
   * @throws {Error} If this child has closed the queue, or any has disposed of it.
   */
  async put(item: T, options: AcquireOptions = {}): Promise<void> {
    checkWait(options);
    this.#encode(item);
    const hooks = this.#encoder.takeHooks(this.#messages.records);
    let isPut = false;
    try {
      isPut = this.#messages.tryPut(this.#encoder.memory, this.#encoder.size) ||
        (!triesOnce(options) &&
          await this.#messages.put(this.#encoder.view(0), options, this.#check));
    } finally {
      settleDelivery(hooks, isPut);
    }
    if (!isPut) throw this.#full(options);
  }

  /**
   * Does what `put` does with this thread blocked meanwhile. It goes before calls of `put` that
   * wait.
   *
   * @throws {Full} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   */
  putSync(item: T, options: AcquireSyncOptions = {}): void {
    checkWait(options);
    this.#encode(item);
    const hooks = this.#encoder.takeHooks(this.#messages.records);
    let isPut = false;
    try {
      isPut = this.#messages.tryPut(this.#encoder.memory, this.#encoder.size) ||
        (!triesOnce(options) &&
          this.#messages.putSync(this.#encoder.view(0), options.timeout, this.#check));
    } finally {
      settleDelivery(hooks, isPut);
    }
    if (!isPut) throw this.#full(options);
  }

  /**
   * Puts an item if there is room.
   *
   * @throws {Full} If there is none; then nothing was put.
   * @throws What `put` throws.
   */
  putNoWait(item: T): void {
    this.putSync(item, { block: false });
  }

  /**
   * Takes the first item, when there is one.
   *
   * @throws {Empty} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was taken.
   * @throws {Error} If this child has closed the queue, or any has disposed of it.
   */
  async get(options: AcquireOptions = {}): Promise<T> {
    checkWait(options);
    this.#check();
    const taken = this.#messages.trySoon(this.#read) ??
      await this.#messages.take(
        this.#read,
        { timeout: triesOnce(options) ? 0 : options.timeout, signal: options.signal },
        this.#check,
      );
    if (taken === undefined) throw this.#empty(options);
    return taken.value;
  }

  /**
   * Does what `get` does with this thread blocked meanwhile.
   *
   * @throws {Empty} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws {Error} If the item's class or function is of a module that this child has not loaded;
   * the item stays.
   */
  getSync(options: AcquireSyncOptions = {}): T {
    checkWait(options);
    const timeout = triesOnce(options) ? 0 : options.timeout;
    const taken = this.#messages.takeSync(this.#read, timeout, this.#check);
    if (taken === undefined) throw this.#empty(options);
    return taken.value;
  }

  /**
   * Takes the first item if there is one.
   *
   * @throws {Empty} If there is none.
   * @throws {Error} If the item's class or function is of a module that this child has not loaded;
   * the item stays.
   */
  getNoWait(): T {
    this.#check();
    const taken = this.#messages.takeNow(this.#read);
    if (taken === undefined) throw this.#empty({});
    return taken.value;
  }

  /** How many items there are at present. */
  qsize(): number {
    this.#messages.records.check("use");
    return this.#messages.records.size;
  }

  /** Whether there is nothing to get at present. */
  empty(): boolean {
    this.#messages.records.check("use");
    return this.#messages.records.isEmpty;
  }

  /** Whether there is no room at present. */
  full(): boolean {
    this.#messages.records.check("use");
    return this.#messages.records.isFull(0);
  }

  /**
   * Closes this child's end: it can neither put nor get any more, what waits here is rejected, and
   * a loop over the queue ends. Nothing changes for others, and what was put stays to be got.
   */
  close(): void {
    this.#closed = true;
    if (!this.#messages.records.block.isLive) return;
    this.#messages.records.filled.wake();
    this.#messages.records.drained.wake();
  }

  /**
   * Waits until all that this child has put is out of its hands, which it is at once: items go
   * directly into shared memory.
   *
   * @throws {Error} If the queue is not closed, as in CPython.
   */
  async joinThread(): Promise<void> {
    if (!this.#closed) throw new Error("Cannot join a queue before it is closed");
    await Promise.resolve();
  }

  /** Lets this child end without waiting for its items, which it never does here. */
  cancelJoinThread(): void {}

  /** Gets items until this child closes the queue. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, void, undefined> {
    return new LoopItems((options) => this.get(options), () => this.#closed);
  }

  /**
   * Gives the queue's memory back, with all items. Whoever waits for it or uses it, in any child,
   * gets an `Error`.
   */
  [Symbol.dispose](): void {
    this.#messages.records.dispose();
  }

  /** A queue has never come to its end: see `Check`. */
  readonly #check = (): false => {
    if (this.#closed) throw new Error("Cannot use a queue that this child has closed");
    this.#messages.records.check("use");
    return false;
  };

  /** The item's bytes, which are there until the next is encoded. */
  #encode(item: T): void {
    this.#check();
    this.#encoder.restart("item");
    this.#encoder.write(item, "item");
  }

  #full({ timeout }: AcquireOptions): Full {
    const when = timeout ? ` for ${timeout} ms` : "";
    const { records } = this.#messages;
    if (records.lacksMemory) {
      const why = whyNoRoom(records.block.arena.method, this.#encoder.size);
      return new Full(`Cannot put an item as there was no memory for it${when}: ${why}`);
    }
    return new Full(
      `Cannot put an item as the queue was full${when}: it holds ${records.maxItems}`,
    );
  }

  #empty({ timeout }: AcquireOptions): Empty {
    const when = timeout ? ` for ${timeout} ms` : "";
    return new Empty(`Cannot get an item as the queue was empty${when}`);
  }
}

/**
 * The record queue of a queue.
 *
 * @internal
 */
export const recordsOf: <T>(queue: Queue<T>) => RecordQueue = readRecords;

/**
 * What is shown of a queue.
 *
 * @internal
 */
export const detailsOf: (queue: Queue) => Details = readDetails;
