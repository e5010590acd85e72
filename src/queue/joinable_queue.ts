import { endRecordQueue, type RecordQueue } from "../channel/record_queue.ts";
import { recordQueueWords } from "../channel/record_queue_layout.ts";
import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { Block } from "../memory/allocator.ts";
import { Futex } from "../memory/futex.ts";
import { checkWait, type WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { allocateQueue, detailsOf, Queue, recordsOf } from "./queue.ts";
import { showAs } from "../runtime/inspection.ts";

/** Where the count of done tasks is, in words behind the record queue, and who waits for it. */
const donesAt = recordQueueWords;
const futexAt = recordQueueWords + 1;
const more = 3;

/**
 * A queue whose items are tasks: who has got one says `taskDone` when it is done, and `join` waits
 * until that was said of every item.
 *
 * @example
 * ```ts
 * import { JoinableQueue, Process, task } from "@nproc/multiprocessing";
 *
 * export const work = task(import.meta, async (queue: JoinableQueue<number>) => {
 *   for await (const item of queue) {
 *     console.log(item);
 *     queue.taskDone();
 *   }
 * });
 *
 * if (import.meta.main) {
 *   const queue = new JoinableQueue<number>();
 *   const worker = new Process({ target: work, args: [queue], daemon: true });
 *   worker.start();
 *   for (let i = 0; i < 3; i++) await queue.put(i);
 *   await queue.join();
 *   worker.terminate();
 * }
 * ```
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #records: RecordQueue;
  readonly #words: Int32Array;
  readonly #dones: number;
  readonly #futex: Futex;

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
    const block = from instanceof Block
      ? from
      : allocateQueue(startMethodOf(new.target), from, more);
    // `Queue` accepts a block, too, which its signature for programs does not say.
    super(block as never);
    this.#records = recordsOf(this);
    const { arena, word } = this.#records.block;
    this.#words = arena.words;
    this.#dones = word + donesAt;
    this.#futex = new Futex(arena, word + futexAt);
  }

  static {
    showAs<JoinableQueue>(this, "JoinableQueue", detailsOf);
    registerHandle<JoinableQueue>({
      name: "JoinableQueue",
      module: import.meta.url,
      matches: (value): value is JoinableQueue => #dones in value,
      blockOf: (queue) => queue.#records.block,
      ending: endRecordQueue,
      revive: (block) => fromParts(JoinableQueue, block),
    });
  }

  /**
   * Says that an item that was got is done.
   *
   * @throws {Error} If it was said of all items that were put already.
   */
  taskDone(): void {
    for (;;) {
      this.#records.check("use");
      const dones = Atomics.load(this.#words, this.#dones);
      if (((this.#records.puts - dones) | 0) <= 0) {
        throw new Error("Cannot call taskDone more often than items were put");
      }
      if (Atomics.compareExchange(this.#words, this.#dones, dones, (dones + 1) | 0) === dones) {
        break;
      }
    }
    this.#futex.wake();
  }

  /**
   * Waits until all items that were put are done.
   *
   * @throws The signal's reason, if that is aborted first.
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    return await this.#futex.wait(this.#isDone, options);
  }

  /**
   * Does what `join` does with this thread blocked meanwhile.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   */
  joinSync(options: Omit<WaitOptions, "signal"> = {}): boolean {
    checkWait(options);
    return this.#futex.waitSync(this.#isDone, options.timeout);
  }

  readonly #isDone = (): boolean => {
    this.#records.check("use");
    // A child that died while it put an item may have counted that.
    this.#records.repairIfNeeded();
    return ((this.#records.puts - Atomics.load(this.#words, this.#dones)) | 0) <= 0;
  };
}
