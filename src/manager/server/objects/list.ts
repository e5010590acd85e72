/**
 * Managed lists.
 *
 * @module
 * @internal
 */

import type { SortOptions } from "../../protocol/options.ts";
import { areEqual } from "./equality.ts";
import { compare } from "./order.ts";
import { clampedPosition, itemsIn, positionIn } from "./sequence.ts";

const what = "list";

/** A list with Python's methods. */
export class ServedList {
  readonly #items: unknown[];

  constructor(init: Iterable<unknown> = []) {
    this.#items = [...itemsIn(init)];
  }

  get(position: number): unknown {
    return this.#items[positionIn(this.#items.length, position, what)];
  }

  set(position: number, item: unknown): void {
    this.#items[positionIn(this.#items.length, position, what)] = item;
  }

  append(item: unknown): void {
    this.#items.push(item);
  }

  extend(items: Iterable<unknown>): void {
    // One by one: there may be more than a call can have arguments.
    for (const item of itemsIn(items)) this.#items.push(item);
  }

  insert(position: number, item: unknown): void {
    this.#items.splice(clampedPosition(this.#items.length, position, what), 0, item);
  }

  pop(position: number = -1): unknown {
    return this.#items.splice(positionIn(this.#items.length, position, what), 1)[0];
  }

  remove(item: unknown): void {
    this.#items.splice(this.#find("remove", item, 0, this.#items.length), 1);
  }

  index(item: unknown, start: number = 0, end: number = this.#items.length): number {
    const { length } = this.#items;
    return this.#find(
      "find",
      item,
      clampedPosition(length, start, what),
      clampedPosition(length, end, what),
    );
  }

  #find(verb: string, item: unknown, start: number, end: number): number {
    for (let i = start; i < end; i++) if (areEqual(this.#items[i], item)) return i;
    throw new RangeError(`Cannot ${verb} an item as the list has none that is equal to it`);
  }

  count(item: unknown): number {
    return this.#items.filter((each) => areEqual(each, item)).length;
  }

  sort({ reverse = false, key }: SortOptions = {}): void {
    // Items that compare as equal keep their order, also in reverse.
    const order = reverse ? -1 : 1;
    const keyed = this.#items.map((item) => ({ item, key: key ? key(item as never) : item }));
    keyed.sort((a, b) => order * compare(a.key, b.key));
    keyed.forEach(({ item }, i) => this.#items[i] = item);
  }

  reverse(): void {
    this.#items.reverse();
  }

  slice(start?: number, end?: number): unknown[] {
    return this.#items.slice(start, end);
  }

  length(): number {
    return this.#items.length;
  }

  clear(): void {
    this.#items.length = 0;
  }

  copy(): unknown[] {
    return this.#items;
  }
}
