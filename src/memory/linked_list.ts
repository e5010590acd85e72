/**
 * Lists in shared memory: a word names the first item by its own first word, a word of each item
 * the next one, and 0 is the end.
 *
 * Every change of a list is made under a lock of its owner. Each is one store that counts: an item
 * is whole and names the next one before it is named itself, and one that is removed goes on naming
 * the next. So a child that dies in the middle of a change leaves a whole list, as it was before or
 * as it is after, and who takes the lock from it has nothing to mend. At the worst the memory of
 * one item is lost: of one that was not in the list yet, or not any more.
 *
 * @module
 * @internal
 */

/** The list whose first item a word names. The memory of its items is its owner's affair. */
export class LinkedList implements Iterable<number> {
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #nextAt: number;

  /** `nextAt` is where in an item the next one is named, in words. */
  constructor(words: Int32Array, first: number, nextAt: number) {
    this.#words = words;
    this.#first = first;
    this.#nextAt = nextAt;
  }

  /** Adds an item before all others. */
  prepend(item: number): void {
    this.#words[item + this.#nextAt] = this.#words[this.#first]!;
    Atomics.store(this.#words, this.#first, item);
  }

  /** Adds an item behind all others. */
  append(item: number): void {
    this.#words[item + this.#nextAt] = 0;
    Atomics.store(this.#words, this.#linkTo(0), item);
  }

  /** Removes an item, if it is there. */
  remove(item: number): void {
    const link = this.#linkTo(item);
    if (this.#words[link] === item) {
      Atomics.store(this.#words, link, this.#words[item + this.#nextAt]!);
    }
  }

  /** Whether an item is there. */
  has(item: number): boolean {
    return this.#words[this.#linkTo(item)] === item;
  }

  /** The items in their order. The one that is given may be removed, and freed, meanwhile. */
  *[Symbol.iterator](): Generator<number> {
    let item = Atomics.load(this.#words, this.#first);
    while (item !== 0) {
      const next = this.#words[item + this.#nextAt]!;
      yield item;
      item = next;
    }
  }

  /** The word that names an item; the last one, which names none, if it is not there. */
  #linkTo(item: number): number {
    let link = this.#first;
    for (let word = this.#words[link]!; word !== item && word !== 0; word = this.#words[link]!) {
      link = word + this.#nextAt;
    }
    return link;
  }
}
