/**
 * Managed dictionaries.
 *
 * @module
 * @internal
 */

/** What a dictionary can be made of. */
export type Entries = Iterable<readonly [unknown, unknown]> | Readonly<Record<string, unknown>>;

function entriesOf(init: Entries): Iterable<readonly [unknown, unknown]> {
  return Symbol.iterator in init
    ? init as Iterable<readonly [unknown, unknown]>
    : Object.entries(init);
}

/** A dictionary: a `Map` with what Python's has beyond. */
export class ServedDict {
  readonly #map: Map<unknown, unknown>;

  constructor(init: Entries = []) {
    this.#map = new Map(entriesOf(init));
  }

  get(key: unknown, otherwise?: unknown): unknown {
    return this.#map.has(key) ? this.#map.get(key) : otherwise;
  }

  set(key: unknown, value: unknown): void {
    this.#map.set(key, value);
  }

  has(key: unknown): boolean {
    return this.#map.has(key);
  }

  delete(key: unknown): boolean {
    return this.#map.delete(key);
  }

  pop(...args: [key: unknown, otherwise?: unknown]): unknown {
    const [key, otherwise] = args;
    if (!this.#map.has(key)) {
      if (args.length > 1) return otherwise;
      throw new RangeError(`Cannot pop ${String(key)} as the dict has no such key`);
    }
    const value = this.#map.get(key);
    this.#map.delete(key);
    return value;
  }

  setDefault(key: unknown, value?: unknown): unknown {
    if (!this.#map.has(key)) this.#map.set(key, value);
    return this.#map.get(key);
  }

  update(other: Entries): void {
    for (const [key, value] of entriesOf(other)) this.#map.set(key, value);
  }

  clear(): void {
    this.#map.clear();
  }

  keys(): unknown[] {
    return [...this.#map.keys()];
  }

  values(): unknown[] {
    return [...this.#map.values()];
  }

  entries(): (readonly [unknown, unknown])[] {
    return [...this.#map];
  }

  size(): number {
    return this.#map.size;
  }

  copy(): Map<unknown, unknown> {
    return this.#map;
  }
}
