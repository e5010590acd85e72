/**
 * The types of managed objects, as a server makes them.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../../arguments.ts";
import { resolveClass } from "../../code/class_reference.ts";
import { callFound, type FoundFunction, resolveReference } from "../../code/function_reference.ts";
import type { RegisteredType } from "../protocol/registered_type.ts";
import { ServedArray } from "./objects/array.ts";
import { ServedBarrier } from "./objects/barrier.ts";
import { ServedCondition } from "./objects/condition.ts";
import { ServedDict } from "./objects/dict.ts";
import { ServedEvent } from "./objects/event.ts";
import { ServedList } from "./objects/list.ts";
import { ServedLock, ServedRLock } from "./objects/lock.ts";
import { ServedNamespace, ServedValue } from "./objects/namespace.ts";
import { ServedPool } from "./objects/pool.ts";
import { ServedQueue } from "./objects/queue.ts";
import { ServedBoundedSemaphore, ServedSemaphore } from "./objects/semaphore.ts";

/** A class of managed objects. */
type Class = new (...args: never[]) => object;

/** The types that every manager has. */
export const builtIn: Readonly<Record<string, Class>> = {
  dict: ServedDict,
  list: ServedList,
  Namespace: ServedNamespace,
  Value: ServedValue,
  Array: ServedArray,
  Queue: ServedQueue,
  // As in CPython, where a managed queue of either name can be joined.
  JoinableQueue: ServedQueue,
  Lock: ServedLock,
  RLock: ServedRLock,
  Semaphore: ServedSemaphore,
  BoundedSemaphore: ServedBoundedSemaphore,
  Event: ServedEvent,
  Condition: ServedCondition,
  Barrier: ServedBarrier,
  Pool: ServedPool,
};

/**
 * Whether an object of that type runs whatever function it is told of, with the server's
 * permissions.
 */
export const runsFunctions = (type: string): boolean => type === "Pool";

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

function calling(found: FoundFunction, name: string): Make {
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
