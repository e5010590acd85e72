/**
 * The order of a sorted list.
 *
 * @module
 * @internal
 */

/**
 * Compares two values as Python does: numbers by value, texts by their characters, arrays item by
 * item. What is not a number comes behind those that are.
 *
 * @throws {TypeError} If there is no order between them.
 */
export function compare(a: unknown, b: unknown): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === "string" && typeof b === "string") return sign(a < b, a > b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return compareNumbers(a.getTime(), b.getTime());
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  throw new TypeError(`Cannot sort a list as it has no order between ${named(a)} and ${named(b)}`);
}

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

const sign = (isLess: boolean, isMore: boolean): number => isLess ? -1 : isMore ? 1 : 0;

function compareNumbers(a: number | bigint, b: number | bigint): number {
  // What is not a number comes last.
  const rank = Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return rank !== 0 ? rank : sign(a < b, a > b);
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const named = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
