/**
 * The types of managed objects, as a server makes them.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../arguments.ts";
import { type ClassReference, referenceToClass, resolveClass } from "../codec/class_reference.ts";
import {
  callFound,
  type Found,
  type FunctionReference,
  referenceTo,
  resolveReference,
} from "../codec/function_reference.ts";
import type { AnyClass } from "../codec/registry.ts";
import type { Callable } from "../codec/task.ts";
import { TypedArray } from "./objects/array.ts";
import { Barrier } from "./objects/barrier.ts";
import { Condition } from "./objects/condition.ts";
import { Dict } from "./objects/dict.ts";
import { Event } from "./objects/event.ts";
import { List } from "./objects/list.ts";
import { Lock, RLock } from "./objects/lock.ts";
import { Namespace, Value } from "./objects/namespace.ts";
import { Pool } from "./objects/pool.ts";
import { Queue } from "./objects/queue.ts";
import { BoundedSemaphore, Semaphore } from "./objects/semaphore.ts";

/** A class of managed objects. */
type Class = new (...args: never[]) => object;

/** The types that every manager has. */
export const builtIn: Readonly<Record<string, Class>> = {
  dict: Dict,
  list: List,
  Namespace,
  Value,
  Array: TypedArray,
  Queue,
  // As in CPython, where a managed queue of either name can be joined.
  JoinableQueue: Queue,
  Lock,
  RLock,
  Semaphore,
  BoundedSemaphore,
  Event,
  Condition,
  Barrier,
  Pool,
};

/** Whether an object of that type runs whatever function it is told of, with the server's permissions. */
export const runsFunctions = (type: string): boolean => type === "Pool";

/** A type of the user's own, as the server is told of it. */
export interface RegisteredType {
  readonly name: string;
  /** A class whose instances are managed, or a function that gives an object to manage. */
  readonly maker:
    | { readonly kind: "class"; readonly reference: ClassReference }
    | { readonly kind: "function"; readonly reference: FunctionReference };
}

/** What a server is told of a type of the user's own. */
export function typeOf(name: string, maker: AnyClass | Callable): RegisteredType {
  return /^class\b/.test(Function.prototype.toString.call(maker))
    ? { name, maker: { kind: "class", reference: referenceToClass(maker as AnyClass) } }
    : { name, maker: { kind: "function", reference: referenceTo(maker as Callable) } };
}

type Make = (args: readonly unknown[]) => object | Promise<object>;

/** The types that a server can make. */
export class Types {
  readonly #registered = new Map<string, RegisteredType>();
  readonly #makers = new Map<string, Make>();

  constructor(registered: readonly RegisteredType[]) {
    for (const type of registered) this.#registered.set(type.name, type);
    for (const [name, cls] of Object.entries(builtIn)) this.#makers.set(name, constructing(cls));
  }

  /** The names of the user's own types. */
  get names(): string[] {
    return [...this.#registered.keys()];
  }

  /** Makes an object. A promise only where a module must be imported, or the maker gives one. */
  make(name: string, args: readonly unknown[]): object | Promise<object> {
    const maker = this.#makers.get(name);
    if (maker !== undefined) return maker(args);
    const type = this.#registered.get(name);
    if (type !== undefined) return this.#load(type).then((make) => make(args));
    throw new TypeError(
      `Cannot make a ${name} as the manager has no such type: register it before the first use`,
    );
  }

  async #load({ name, maker }: RegisteredType): Promise<Make> {
    const make = maker.kind === "class"
      ? constructing(await resolveClass(maker.reference) as unknown as Class)
      : calling(await resolveReference(maker.reference), name);
    this.#makers.set(name, make);
    return make;
  }
}

const constructing = (cls: Class): Make => (args) => new cls(...args as never[]);

function calling(found: Found, name: string): Make {
  return async (args) => {
    const made = await callFound(found, args);
    if (typeof made === "object" && made !== null) return made;
    throw wrongArgument(
      TypeError,
      `Cannot make a ${name} as its function must give an object`,
      made,
    );
  };
}
