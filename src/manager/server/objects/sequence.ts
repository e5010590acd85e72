/**
 * Positions in lists and arrays, as Python counts them: negative ones from the end.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../../../arguments.ts";

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
