/**
 * What managed objects are made of and given: checked where it was given, as the server is elsewhere.
 *
 * @module
 * @internal
 */

import { isIterable, wrongArgument } from "../../arguments.ts";
import { targetOf } from "./target.ts";

/** The items that something is given; `what` says what cannot be done otherwise. */
export function itemsOf<T>(items: Iterable<T>, what: string): T[] {
  if (isIterable(items)) return [...items] as T[];
  throw wrongArgument(TypeError, `Cannot ${what} must be iterable`, items);
}

/**
 * Keys and values as they travel: pairs, which need not be in an array, a `Map`, or an object's properties.
 * `what` says what cannot be done otherwise.
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
