import type { WaitOptions } from "../../../wait/latch.ts";
import { LoopItems } from "../../../wait/loop_items.ts";
import type { AcquireOptions } from "../../../memory/lock_word.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call, callPatiently } from "./base_proxy.ts";

/**
 * A managed queue: first in, first out, also among those who wait. Unlike a `Queue` it can be used
 * by children of every start method and by other programs, and as in CPython it counts the items
 * that were put and are not done yet.
 */
export class QueueProxy<T = unknown> extends BaseProxy implements AsyncIterable<T> {
  static {
    defineProxy("Queue", (target) => new QueueProxy(target));
  }

  /**
   * Puts an item, when there is room.
   *
   * @throws {Full} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was put.
   */
  put(item: T, options: AcquireOptions = {}): Promise<void> {
    return callPatiently(this, "put", [item], options);
  }

  /**
   * Puts an item if there is room.
   *
   * @throws {Full} If there is none.
   */
  putNoWait(item: T): Promise<void> {
    return call(this, "putNoWait", [item]);
  }

  /**
   * Takes the first item, when there is one.
   *
   * @throws {Empty} Once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was taken.
   */
  get(options: AcquireOptions = {}): Promise<T> {
    return callPatiently(this, "get", [], options);
  }

  /**
   * Takes the first item if there is one.
   *
   * @throws {Empty} If there is none.
   */
  getNoWait(): Promise<T> {
    return call(this, "getNoWait");
  }

  /** How many items there are. */
  qsize(): Promise<number> {
    return call(this, "qsize");
  }

  /** Whether there is nothing to get. */
  empty(): Promise<boolean> {
    return call(this, "empty");
  }

  /** Whether there is no room. */
  full(): Promise<boolean> {
    return call(this, "full");
  }

  /**
   * Says that an item which was got is done.
   *
   * @throws {Error} If it was said as often as items were put.
   */
  taskDone(): Promise<void> {
    return call(this, "taskDone");
  }

  /**
   * Waits until all items that were put are done.
   *
   * @throws The signal's reason, if that is aborted first.
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   */
  join(options: WaitOptions = {}): Promise<boolean> {
    return callPatiently(this, "join", [], options);
  }

  /** Gets items, one after another, for ever. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, void, undefined> {
    return new LoopItems((options) => this.get(options), () => false);
  }
}

/**
 * A managed queue that was made by the name of `JoinableQueue`; as in CPython any can be joined.
 */
export class JoinableQueueProxy<T = unknown> extends QueueProxy<T> {
  static {
    defineProxy("JoinableQueue", (target) => new JoinableQueueProxy(target));
  }
}
