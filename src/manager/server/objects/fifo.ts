/**
 * What is taken in the order in which it was added.
 *
 * @module
 * @internal
 */

/** How many places may be empty at the beginning. */
const mostEmpty = 1024;

/** Values, first in, first out, each in constant time: `Array.shift` moves all others. */
export class Fifo<T> {
  #values: (T | undefined)[] = [];
  /** Where the first is. */
  #head = 0;

  get length(): number {
    return this.#values.length - this.#head;
  }

  /** Adds a value behind all others. */
  push(value: T): void {
    this.#values.push(value);
  }

  /** Adds a value before all others. */
  unshift(value: T): void {
    if (this.#head === 0) this.#values.unshift(value);
    else this.#values[--this.#head] = value;
  }

  /** Takes the first value; there must be one. */
  shift(): T {
    const value = this.#values[this.#head] as T;
    this.#values[this.#head++] = undefined;
    if (this.#head >= mostEmpty && this.#head * 2 >= this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }
}
