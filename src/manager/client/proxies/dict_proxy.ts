import { entriesOf } from "../../protocol/checked_arguments.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call } from "./base_proxy.ts";

/** What a managed dictionary can be made of: pairs, a `Map`, or the properties of an object. */
export type DictInit<K, V> = Iterable<readonly [K, V]> | { readonly [key: string]: V };

/**
 * A managed dictionary: a `Map` in the manager's server. Keys and values are copied on their way,
 * so a key is found again if it is a text, a number or another primitive value.
 *
 * As in Python, changing what was read changes a copy: `set` it again.
 */
export class DictProxy<K = unknown, V = unknown> extends BaseProxy implements AsyncIterable<K> {
  static {
    defineProxy("dict", (target) => new DictProxy(target));
  }

  /** The value of a key; `otherwise`, or `undefined`, if there is none. */
  get(key: K): Promise<V | undefined>;
  /** The value of a key; `otherwise` if there is none. */
  get<D>(key: K, otherwise: D): Promise<V | D>;
  get(key: K, otherwise?: unknown): Promise<unknown> {
    return call(this, "get", otherwise === undefined ? [key] : [key, otherwise]);
  }

  /** Gives a key a value. */
  set(key: K, value: V): Promise<void> {
    return call(this, "set", [key, value]);
  }

  /** Whether there is such a key. */
  has(key: K): Promise<boolean> {
    return call(this, "has", [key]);
  }

  /** Removes a key; whether there was one. */
  delete(key: K): Promise<boolean> {
    return call(this, "delete", [key]);
  }

  /**
   * Removes a key, and gives its value.
   *
   * @throws {RangeError} If there is no such key, and `otherwise` is not given.
   */
  pop<D = never>(key: K, ...otherwise: [otherwise?: D]): Promise<V | D> {
    return call(this, "pop", [key, ...otherwise]);
  }

  /** The value of a key, which gets `value` if there is none. */
  setDefault(key: K, value: V): Promise<V> {
    return call(this, "setDefault", [key, value]);
  }

  /**
   * Gives keys values, as another dictionary has them.
   *
   * @throws {TypeError} If it does not hold pairs and is no object, or is a proxy: read its `copy`
   * first.
   */
  update(other: DictInit<K, V>): Promise<void> {
    return call(this, "update", [entriesOf(other, "update a dict as other")]);
  }

  /** Removes all keys. */
  clear(): Promise<void> {
    return call(this, "clear");
  }

  /** The keys, in the order in which they were added. */
  keys(): Promise<K[]> {
    return call(this, "keys");
  }

  /** The values, in the order of their keys. */
  values(): Promise<V[]> {
    return call(this, "values");
  }

  /** The pairs of keys and values. */
  entries(): Promise<[K, V][]> {
    return call(this, "entries");
  }

  /** How many keys there are. */
  size(): Promise<number> {
    return call(this, "size");
  }

  /** A copy of the dictionary, in memory of this child's own. */
  copy(): Promise<Map<K, V>> {
    return call(this, "copy");
  }

  /** The keys that there are when the loop begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<K, void, undefined> {
    yield* await this.keys();
  }
}
