/**
 * Which objects of a value were met before.
 *
 * @module
 * @internal
 */

/** Up to here a look along the list is faster than a hash table. */
const LIST_LIMIT = 12;

/** The objects of the value that is being encoded, numbered in the order in which they were met. */
export class ObjectNumbers {
  count = 0;
  readonly #objects: (object | undefined)[] = [];
  #numbers: Map<object, number> | undefined;

  /** The number of an object that was met before; otherwise -1, and it now has the next number. */
  meet(object: object): number {
    if (this.#numbers !== undefined) return this.#meetHashed(this.#numbers, object);
    const objects = this.#objects;
    const count = this.count;
    for (let i = 0; i < count; i++) {
      if (objects[i] === object) return i;
    }
    objects[count] = object;
    this.count = count + 1;
    if (count === LIST_LIMIT) this.#hash();
    return -1;
  }

  /** Whether an object was met before. */
  has(object: object): boolean {
    if (this.#numbers !== undefined) return this.#numbers.has(object);
    for (let i = 0; i < this.count; i++) {
      if (this.#objects[i] === object) return true;
    }
    return false;
  }

  /** Forgets all objects from this number on. */
  rollback(count: number): void {
    for (let i = count; i < this.count; i++) {
      this.#numbers?.delete(this.#objects[i]!);
      this.#objects[i] = undefined;
    }
    this.count = count;
    if (count > 0) return;
    this.#numbers = undefined;
    if (this.#objects.length > 1024) this.#objects.length = 0;
  }

  #meetHashed(numbers: Map<object, number>, object: object): number {
    const known = numbers.get(object);
    if (known !== undefined) return known;
    numbers.set(object, this.count);
    this.#objects[this.count++] = object;
    return -1;
  }

  #hash(): void {
    this.#numbers = new Map();
    for (let i = 0; i < this.count; i++) this.#numbers.set(this.#objects[i]!, i);
  }
}
