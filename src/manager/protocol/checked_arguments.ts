/**
 * Checks of the arguments of a manager and its proxies, in the child that was given them: the
 * server is elsewhere.
 *
 * @module
 * @internal
 */

import {
  checkFunction,
  checkInteger,
  checkOptions,
  checkTimeout,
  isIterable,
  wrongArgument,
} from "../../arguments.ts";
import { type Element, elementNamed, elementOf } from "../../shared/element_type.ts";
import type { BarrierOptions } from "../../sync/barrier.ts";
import { targetOf } from "./target.ts";

/** The items that something is given; `what` says what cannot be done otherwise. */
export function itemsOf<T>(items: Iterable<T>, what: string): T[] {
  if (isIterable(items)) return [...items] as T[];
  throw wrongArgument(TypeError, `Cannot ${what} must be iterable`, items);
}

/**
 * Keys and values as they travel: pairs, which need not be in an array, a `Map`, or an object's
 * properties. `what` says what cannot be done otherwise.
 */
export function entriesOf(given: unknown, what: string): unknown {
  if (given instanceof Map) return given;
  if (typeof given !== "object" || !isIterable(given)) {
    return propertiesOf(given, `${what} must hold pairs or be an object`);
  }
  const pairs = [...given];
  const wrong = pairs.findIndex((pair) => !Array.isArray(pair) || pair.length !== 2);
  if (wrong === -1) return pairs;
  throw wrongArgument(
    TypeError,
    `Cannot ${what}[${wrong}] must be a key and a value`,
    pairs[wrong],
  );
}

/** An object whose properties are meant. A proxy has none: what it stands for is elsewhere. */
export function propertiesOf(given: unknown, what: string): object {
  if (typeof given !== "object" || given === null || isIterable(given)) {
    throw wrongArgument(TypeError, `Cannot ${what}`, given);
  }
  if (targetOf(given) === undefined) return given;
  throw wrongArgument(
    TypeError,
    `Cannot ${what}, and not a proxy, of which a copy must be read first`,
    given,
  );
}

/** The codes of CPython's `array`; `c` is one of `ctypes` alone. */
const codes = "b B h H i I l L q Q f d";

/** What is known of the type of a managed array. */
export function arrayElement(type: unknown): Element {
  if (typeof type === "string" && type.length === 1 && !codes.split(" ").includes(type)) {
    throw wrongArgument(
      TypeError,
      `Cannot make a managed Array as its typecode must be one of ${codes}`,
      type,
    );
  }
  // A class does not travel, its name does.
  return (typeof type === "string" && type.length > 1 ? elementNamed(type) : undefined) ??
    elementOf("managed Array", type);
}

/** The items of an array to be, checked. */
export function arrayItems(element: Element, init: Iterable<unknown>): unknown[] {
  const items = itemsOf(init, "make a managed Array as init");
  for (const item of items) checkItem(element, item);
  return items;
}

/** Checks one item of an array. */
export function checkItem(element: Element, item: unknown): void {
  if (!element.accepts(item)) {
    throw element.refusal(item, "Cannot hold an item in the array as it");
  }
}

/** Checks how many items a queue may hold; no limit below 1. */
export function checkMaxSize(maxSize: number): void {
  if (maxSize !== Infinity) checkInteger("make a queue", "maxSize", maxSize);
}

/** Checks what a semaphore begins with. */
export function checkSemaphoreValue(value: number): void {
  checkInteger("make a semaphore", "its value", value, 0);
}

/** Checks how many must come to a barrier. */
export function checkParties(parties: number): void {
  checkInteger("make a barrier", "parties", parties, 1);
}

/** Checks the lock of a condition. */
export function checkLock(lock: unknown): void {
  const type = typeof lock === "object" && lock !== null ? targetOf(lock)?.type : undefined;
  if (type === "Lock" || type === "RLock") return;
  throw wrongArgument(
    TypeError,
    "Cannot make a condition as lock must be this manager's Lock or RLock",
    lock,
  );
}

/** Checks how many must come to a barrier, and its options. */
export function checkBarrier(parties: number, options: BarrierOptions): void {
  const verb = "make a barrier";
  checkOptions(verb, options);
  checkTimeout(options.timeout);
  if (options.action !== undefined) checkFunction(verb, "action", options.action);
  checkParties(parties);
}

/** The name of a type as it travels: a class does not. */
export function typeNameOf(type: string | { readonly name: string }): string {
  if (typeof type === "string") return type;
  if (typeof type === "function") return type.name;
  throw wrongArgument(TypeError, "Cannot make a Value as its type must be a name or a class", type);
}

/** Whether a type of the user's own can have that name. */
export const isIdentifier = (name: string): boolean =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);

/** Checks the name and the maker of a type of the user's own. */
export function checkType(name: string, maker: unknown): void {
  if (typeof name !== "string" || !isIdentifier(name)) {
    throw wrongArgument(
      TypeError,
      "Cannot register a type as its name must be an identifier",
      name,
    );
  }
  if (typeof maker !== "function") {
    throw wrongArgument(
      TypeError,
      `Cannot register ${name} as it must be a class or a function`,
      maker,
    );
  }
}
