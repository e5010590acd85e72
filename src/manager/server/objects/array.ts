/**
 * Managed arrays: items of one type of number.
 *
 * @module
 * @internal
 */

import type { AnyArray, Element } from "../../../shared/element_type.ts";
import { arrayElement, arrayItems, checkItem } from "../../protocol/checked_arguments.ts";
import { clampedPosition, itemsIn, positionIn } from "./sequence.ts";

const what = "array";
/** An array. */
export class ServedArray {
  readonly #element: Element;
  readonly #items: AnyArray;

  constructor(type: unknown, init: Iterable<unknown>) {
    this.#element = arrayElement(type);
    const items = arrayItems(this.#element, itemsIn(init));
    this.#items = new this.#element.array(
      new ArrayBuffer(items.length * this.#element.array.BYTES_PER_ELEMENT),
    );
    this.#items.set(items);
  }

  get(position: number): unknown {
    return this.#items[positionIn(this.#items.length, position, what)];
  }

  set(position: number, item: unknown): void {
    checkItem(this.#element, item);
    this.#items[positionIn(this.#items.length, position, what)] = item;
  }

  length(): number {
    return this.#items.length;
  }

  slice(start: number = 0, end: number = this.#items.length): AnyArray {
    const { length } = this.#items;
    // Not a view, which would travel with all that the array has.
    return this.#items.slice(
      clampedPosition(length, start, what),
      clampedPosition(length, end, what),
    );
  }

  copy(): AnyArray {
    return this.#items;
  }
}
