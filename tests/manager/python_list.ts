/** A model of Python's list, as its documentation describes it: every position may be negative. */

import { equal } from "@std/assert";

export class PythonList {
  readonly items: unknown[];

  constructor(items: readonly unknown[]) {
    this.items = [...items];
  }

  #at(position: number): number {
    const at = position < 0 ? this.items.length + position : position;
    if (at < 0 || at >= this.items.length) throw new RangeError("list index out of range");
    return at;
  }

  #near(position: number): number {
    if (position < 0) return Math.max(0, this.items.length + position);
    return Math.min(position, this.items.length);
  }

  get(position: number): unknown {
    return this.items[this.#at(position)];
  }

  set(position: number, item: unknown): void {
    this.items[this.#at(position)] = item;
  }

  insert(position: number, item: unknown): void {
    const at = this.#near(position);
    const behind = this.items.slice(at);
    this.items.length = at;
    this.items.push(item, ...behind);
  }

  pop(position: number): unknown {
    const at = this.#at(position);
    const item = this.items[at];
    this.items.copyWithin(at, at + 1);
    this.items.length--;
    return item;
  }

  index(item: unknown, start: number = 0, end: number = Infinity): number {
    for (let at = this.#near(start); at < this.#near(end); at++) {
      if (equal(this.items[at], item)) return at;
    }
    throw new RangeError("is not in list");
  }

  count(item: unknown): number {
    return this.items.filter((each) => equal(each, item)).length;
  }

  reverse(): void {
    const reversed = this.items.map((_, i) => this.items[this.items.length - 1 - i]);
    this.items.splice(0, this.items.length, ...reversed);
  }

  slice(start: number, end: number): unknown[] {
    const items: unknown[] = [];
    for (let at = this.#near(start); at < this.#near(end); at++) items.push(this.items[at]);
    return items;
  }

  clear(): void {
    this.items.length = 0;
  }
}
