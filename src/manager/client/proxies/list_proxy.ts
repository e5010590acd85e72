import type { SortOptions } from "../../protocol/options.ts";
import { itemsOf } from "../../protocol/checked_arguments.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call } from "./base_proxy.ts";

export type { SortOptions };

/**
 * A managed list, with the methods of Python's. A negative position counts from the end. Items are
 * copied on their way; two are equal if they hold the same.
 *
 * As in Python, changing what was read changes a copy: `set` it again.
 */
export class ListProxy<T = unknown> extends BaseProxy implements AsyncIterable<T> {
  static {
    defineProxy("list", (target) => new ListProxy(target));
  }

  /**
   * The item at a position.
   *
   * @throws {RangeError} If there is none.
   */
  get(position: number): Promise<T> {
    return call(this, "get", [position]);
  }

  /**
   * Replaces the item at a position.
   *
   * @throws {RangeError} If there is none.
   */
  set(position: number, item: T): Promise<void> {
    return call(this, "set", [position, item]);
  }

  /** Adds an item at the end. */
  append(item: T): Promise<void> {
    return call(this, "append", [item]);
  }

  /**
   * Adds items at the end.
   *
   * @throws {TypeError} If `items` is not iterable.
   */
  extend(items: Iterable<T>): Promise<void> {
    return call(this, "extend", [itemsOf(items, "extend a list as items")]);
  }

  /**
   * Adds an item before the one at a position; at the nearest end, if there is no such position.
   */
  insert(position: number, item: T): Promise<void> {
    return call(this, "insert", [position, item]);
  }

  /**
   * Removes the item at a position, the last one if none is given, and gives it.
   *
   * @throws {RangeError} If there is none.
   */
  pop(position: number = -1): Promise<T> {
    return call(this, "pop", [position]);
  }

  /**
   * Removes the first item that is equal to this.
   *
   * @throws {RangeError} If there is none.
   */
  remove(item: T): Promise<void> {
    return call(this, "remove", [item]);
  }

  /**
   * The position of the first item that is equal to this, from `start` on and before `end`.
   *
   * @throws {RangeError} If there is none.
   */
  index(item: T, ...range: [start?: number, end?: number]): Promise<number> {
    return call(this, "index", [item, ...range]);
  }

  /** How many items are equal to this. */
  count(item: T): Promise<number> {
    return call(this, "count", [item]);
  }

  /**
   * Sorts the list: numbers by value, texts by their characters, arrays item by item. Items that
   * compare as equal keep their order.
   *
   * @throws {TypeError} If there is no order between two items, as between a number and a text. The
   * list is as it was then.
   */
  sort(options: SortOptions = {}): Promise<void> {
    return call(this, "sort", [options]);
  }

  /** Turns the order around. */
  reverse(): Promise<void> {
    return call(this, "reverse");
  }

  /** A copy of the items from `start` on and before `end`, in memory of this child's own. */
  slice(start?: number, end?: number): Promise<T[]> {
    return call(this, "slice", [start, end]);
  }

  /** How many items there are. */
  length(): Promise<number> {
    return call(this, "length");
  }

  /** Removes all items. */
  clear(): Promise<void> {
    return call(this, "clear");
  }

  /** A copy of the list, in memory of this child's own. */
  copy(): Promise<T[]> {
    return call(this, "copy");
  }

  /** The items that there are when the loop begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this.copy();
  }
}
