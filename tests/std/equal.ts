/** Deep equality with the meaning of `equal` in `@std/assert`. */

import { isTypedArray } from "node:util/types";

/** What is equal when it prints the same. */
const printed = [RegExp, URL, URLSearchParams, Intl.Locale];

/**
 * Whether two values look the same: prototypes, own and inherited properties, members. `0` equals
 * `-0` and `NaN` equals `NaN`; a property that is `undefined` differs from one that is absent.
 */
export function equal(a: unknown, b: unknown): boolean {
  return new Comparison().values(a, b);
}

class Comparison {
  /** What is being compared further up: a cycle is equal as long as nothing else differs. */
  #under = new Map<object, object>();

  values(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    return typeof a === "object" && typeof b === "object" && a !== null && b !== null &&
      this.#objects(a, b);
  }

  #objects(a: object, b: object): boolean {
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (prototype(a) !== prototype(b)) return false;
    if (isTypedArray(a)) return sameElements(a, b as typeof a);
    if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
      return sameElements(new Uint8Array(a), new Uint8Array(b as typeof a));
    }
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
    }
    if (a instanceof WeakRef) return this.values(a.deref(), (b as typeof a).deref());
    if (this.#under.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    this.#under.set(a, b);
    if (a instanceof Map) return this.#members([...a], [...b as typeof a]);
    if (a instanceof Set) return this.#members([...a], [...b as typeof a]);
    if (printed.some((type) => Object.getPrototypeOf(a) === type.prototype)) {
      return String(a) === String(b);
    }
    return [...keys(a).union(keys(b))].every((key) =>
      key in a === key in b && this.values(Reflect.get(a, key), Reflect.get(b, key))
    );
  }

  /** Whether each of the one has its own equal among the others, in any order. */
  #members(a: unknown[], b: unknown[]): boolean {
    if (a.length !== b.length) return false;
    const left = new Set(b);
    return a.every((member) => {
      // Most often it is the same value, or in the same place.
      const twin = left.has(member) ? member : left.values().find((it) => this.values(member, it));
      return left.delete(twin);
    });
  }
}

/** An object without prototype counts as a plain one. */
const prototype = (value: object): object => Object.getPrototypeOf(value) ?? Object.prototype;

const sameElements = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean =>
  a.length === b.length &&
  Array.prototype.every.call(a, (element, i) => element === b[i] || Object.is(element, b[i]));

function keys(value: object): Set<PropertyKey> {
  const plain = [Object.prototype, Array.prototype, null] as unknown[];
  if (plain.includes(Object.getPrototypeOf(value))) {
    // Of a plain one, what can be enumerated counts, and not an array's `length` again.
    return new Set(Reflect.ownKeys(value).filter((key) => isEnumerable(value, key)));
  }
  const found = new Set<PropertyKey>();
  for (let o = value; !plain.includes(o); o = Object.getPrototypeOf(o)) {
    for (const key of Reflect.ownKeys(o)) found.add(key);
  }
  return found;
}

const isEnumerable = (value: object, key: PropertyKey): boolean =>
  Object.prototype.propertyIsEnumerable.call(value, key);
