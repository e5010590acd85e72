/**
 * Positions in lists and arrays, as Python counts them: negative ones from the end.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../../../arguments.ts";

/**
 * How many holes an array may have of which a list is made: each takes memory there, and may take
 * none in a message.
 */
const mostHoles = 1_000_000;

/**
 * The items that something is made of.
 *
 * @throws {RangeError} If they are an array of more holes than there is any reason for.
 */
export function itemsIn(items: Iterable<unknown>): Iterable<unknown> {
  if (!Array.isArray(items) || items.length <= mostHoles) return items;
  let holes = 0;
  for (let i = 0; i < items.length; i++) {
    if (!(i in items) && ++holes > mostHoles) {
      throw new RangeError(`Cannot take items out of an array with more than ${mostHoles} holes`);
    }
  }
  return items;
}

/** What a position counts from the beginning. */
export function positionIn(length: number, position: unknown, what: string): number {
  const whole = checkPosition(position, what);
  const found = whole < 0 ? whole + length : whole;
  if (found >= 0 && found < length) return found;
  throw new RangeError(`Cannot use position ${whole} as the ${what} has ${length} items`);
}

/** A position that may be out of range: then the nearest that is not. */
export function clampedPosition(length: number, position: unknown, what: string): number {
  const whole = checkPosition(position, what);
  return Math.max(0, Math.min(length, whole < 0 ? whole + length : whole));
}

function checkPosition(position: unknown, what: string): number {
  if (Number.isInteger(position)) return position as number;
  throw wrongArgument(
    TypeError,
    `Cannot use a ${what} as the position must be an integer`,
    position,
  );
}
