/**
 * Managed arrays: items of one type of number.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../../arguments.ts";
import { type AnyArray, type Element, elementNamed, elementOf } from "../../shared/element_type.ts";
import { itemsOf } from "../given.ts";
import { clampedPosition, itemsIn, positionIn } from "./sequence.ts";

const what = "array";
/** The codes of CPython's `array`; `c` is one of `ctypes` alone. */
const codes = "b B h H i I l L q Q f d";

/** What is known of the type of a managed array. */
export function arrayElement(type: unknown): Element {
  if (typeof type === "string" && type.length === 1 && !codes.split(" ").includes(type)) {
    throw wrongArgument(
      TypeError,
      `Cannot make a managed Array as its typecode must be one of ${codes}`,
      type,
    );
  }
  // A class does not travel, its name does.
  return (typeof type === "string" && type.length > 1 ? elementNamed(type) : undefined) ??
    elementOf("managed Array", type);
}

/** The items of an array to be, checked. */
export function arrayItems(element: Element, init: Iterable<unknown>): unknown[] {
  const items = itemsOf(init, "make a managed Array as init");
  for (const item of items) checkItem(element, item);
  return items;
}

function checkItem(element: Element, item: unknown): void {
  if (!element.accepts(item)) {
    throw element.refusal(item, "Cannot hold an item in the array as it");
  }
}

/** An array. */
export class TypedArray {
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
