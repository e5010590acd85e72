/**
 * A managed object, and what a server knows of it.
 *
 * @module
 * @internal
 */

import { type CallContext, CallerAware } from "./call_context.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The methods of a class by name, as they are looked up. */
const known = new WeakMap<object, Map<string, Method | undefined>>();

/** A managed object, or why there is none. */
export class ObjectEntry {
  readonly type: string;
  readonly object: object | undefined;
  readonly #failure: { readonly error: unknown } | undefined;
  /** How many refer to it from outside of the server. */
  references = 0;

  constructor(type: string, made: { readonly object: object } | { readonly error: unknown }) {
    this.type = type;
    if ("object" in made) this.object = made.object;
    else this.#failure = made;
  }

  /**
   * The object.
   *
   * @throws Why there is none.
   */
  get(): object {
    if (this.object === undefined) throw this.#failure!.error;
    return this.object;
  }

  /** Calls a method of the object. */
  call(caller: CallContext, name: string, args: readonly unknown[]): unknown {
    const object = this.get();
    const method = this.#method(object, name);
    return object instanceof CallerAware
      ? method.call(object, caller, ...args)
      : method.apply(object, args as unknown[]);
  }

  #method(object: object, name: string): Method {
    // What its constructor, or a function, has given it alone: another of its class may have none.
    const isOwn = isPublic(name) && Object.hasOwn(object, name);
    const own = isOwn ? methodOf(object, name) : undefined;
    if (own !== undefined) return own;
    const prototype: object = Object.getPrototypeOf(object) ?? Object.prototype;
    let methods = known.get(prototype);
    if (methods === undefined) known.set(prototype, methods = new Map());
    let method = methods.get(name);
    if (method === undefined) {
      method = publicMethod(prototype, name);
      if (method === undefined) {
        throw new TypeError(`Cannot call ${name} as ${this.type} has no method of that name`);
      }
      methods.set(name, method);
    }
    return method;
  }
}

/** What a class does not keep for itself by a leading `_`. */
const isPublic = (name: string): boolean => name !== "constructor" && !name.startsWith("_");

/** Whether a class of ours has a method for the server alone. */
const isHidden = (prototype: object, name: string): boolean =>
  prototype instanceof CallerAware &&
  (prototype.constructor as typeof CallerAware).hidden.includes(name);

/** A function that an object has as its own, not by what it is made of. */
function methodOf(object: object, name: string): Method | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
  return typeof value === "function" ? value as Method : undefined;
}

/** A method that a class declares or inherits. */
function publicMethod(prototype: object, name: string): Method | undefined {
  if (!isPublic(name) || isHidden(prototype, name)) return undefined;
  for (
    let each: object | null = prototype;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    if (Object.hasOwn(each, name)) return methodOf(each, name);
  }
  return undefined;
}
