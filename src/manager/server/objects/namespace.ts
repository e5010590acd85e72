/**
 * Managed namespaces, and managed values, which are namespaces of one name.
 *
 * @module
 * @internal
 */

/** Names and what they stand for. */
export class ServedNamespace {
  readonly #names: Map<string, unknown>;

  constructor(init: Readonly<Record<string, unknown>> = {}) {
    this.#names = new Map(Object.entries(init));
  }

  get(name: string): unknown {
    if (this.#names.has(name)) return this.#names.get(name);
    throw new RangeError(`Cannot get ${name} as the namespace has no such name`);
  }

  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }
}

/** A value, of which the type is only a remark, as in CPython. */
export class ServedValue {
  #value: unknown;

  constructor(_type: unknown, value: unknown) {
    this.#value = value;
  }

  get(): unknown {
    return this.#value;
  }

  set(value: unknown): void {
    this.#value = value;
  }
}
