import type { ArrayOf, ElementOf, ElementType } from "../../../shared/element_type.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call } from "./base_proxy.ts";

/**
 * A managed array: items of one type of number, in the manager's server. A negative position counts
 * from the end.
 */
export class ArrayProxy<T extends ElementType = ElementType> extends BaseProxy
  implements AsyncIterable<ElementOf<T>> {
  static {
    defineProxy("Array", (target) => new ArrayProxy(target));
  }

  /**
   * The item at a position.
   *
   * @throws {RangeError} If there is none.
   */
  get(position: number): Promise<ElementOf<T>> {
    return call(this, "get", [position]);
  }

  /**
   * Replaces the item at a position.
   *
   * @throws {RangeError} If there is no such position, or the item is not in the type's range.
   * @throws {TypeError} If the item is not of the type.
   */
  set(position: number, item: ElementOf<T>): Promise<void> {
    return call(this, "set", [position, item]);
  }

  /** How many items there are. */
  length(): Promise<number> {
    return call(this, "length");
  }

  /** A copy of the items from `start` on and before `end`, as a typed array. */
  slice(start?: number, end?: number): Promise<ArrayOf<T>> {
    return call(this, "slice", [start, end]);
  }

  /** A copy of all items, as a typed array. */
  copy(): Promise<ArrayOf<T>> {
    return call(this, "copy");
  }

  /** The items that there are when the loop begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ElementOf<T>, void, undefined> {
    yield* await this.copy() as Iterable<ElementOf<T>>;
  }
}
