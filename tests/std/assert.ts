/** Stands in for `@std/assert`: the same names, meanings and errors. */

import { inspect } from "node:util";
import { equal } from "./equal.ts";

export { equal };

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

const show = (value: unknown): string =>
  inspect(value, { depth: 10, sorted: true, maxArrayLength: 50, breakLength: 80 });

function expect(holds: boolean, what: () => string, msg?: string): void {
  if (!holds) throw new AssertionError(msg ? `${what()}: ${msg}` : `${what()}.`);
}

/** Fails unless the value is truthy. */
export function assert(value: unknown, msg = ""): asserts value {
  if (!value) throw new AssertionError(msg);
}

/** Fails unless the value is falsy. */
export function assertFalse(value: unknown, msg = ""): void {
  if (value) throw new AssertionError(msg);
}

/** Fails, always. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg ? `: ${msg}` : "."}`);
}

/** Marks what cannot be reached. */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${msg ? `: ${msg}` : "."}`);
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  const both = () => `Values are not equal\n  actual: ${show(actual)}\nexpected: ${show(expected)}`;
  expect(equal(actual, expected), both, msg);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  expect(!equal(actual, expected), () => `Expected something other than ${show(expected)}`, msg);
}

/** Fails unless both are the same value, as `Object.is` says: `0` and `-0` are not. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  const both = () =>
    `Values are not strictly equal\n  actual: ${show(actual)}\nexpected: ${show(expected)}`;
  expect(Object.is(actual, expected), both, msg);
}

/** Fails if both are the same value. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  const what = () => `Expected something other than this very ${show(expected)}`;
  expect(!Object.is(actual, expected), what, msg);
}

/** Fails if the value is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  const what = () => `Expected actual: "${actual}" to not be null or undefined`;
  expect(actual !== null && actual !== undefined, what, msg);
}

/** Fails unless the value is an instance of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
): asserts actual is T {
  const what = () => `Expected an instance of "${expectedType.name}" but was ${show(actual)}`;
  expect(actual instanceof expectedType, what, msg);
}

/** Fails if the value is an instance of the class. */
export function assertNotInstanceOf(
  actual: unknown,
  unexpected: Class<unknown>,
  msg?: string,
): void {
  const what = () => `Expected object to not be an instance of "${unexpected.name}"`;
  expect(!(actual instanceof unexpected), what, msg);
}

/** Fails unless the text includes the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  const what = () => `Expected actual: "${actual}" to contain: "${expected}"`;
  expect(actual.includes(expected), what, msg);
}

/** Fails unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  expect(expected.test(actual), () => `Expected actual: "${actual}" to match: ${expected}`, msg);
}

/** Fails if the text matches. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  const what = () => `Expected actual: "${actual}" to not match: ${expected}`;
  expect(!expected.test(actual), what, msg);
}

/** Fails unless both are the same but for rounding. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  const near = Object.is(actual, expected) || Math.abs(expected - actual) <= tolerance;
  const what = () => `Expected actual: ${actual} to be close to ${expected} by ${tolerance}`;
  expect(near, what, msg);
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  expect(actual > expected, () => `Expect ${show(actual)} > ${show(expected)}`, msg);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  expect(actual >= expected, () => `Expect ${show(actual)} >= ${show(expected)}`, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  expect(actual < expected, () => `Expect ${show(actual)} < ${show(expected)}`, msg);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  expect(actual <= expected, () => `Expect ${show(actual)} <= ${show(expected)}`, msg);
}

/** Fails unless each of the expected elements is there. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
): void {
  const there = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !there.some((it) => equal(it, item)));
  const what = () =>
    `Expected ${show(actual)} to include ${show(expected)}\nmissing: ${show(missing)}`;
  expect(missing.length === 0, what, msg);
}

/** Fails unless the object has at least the expected properties, at every depth. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const what = () => `Expected ${show(actual)} to match ${show(expected)}`;
  expect(matches(actual, expected), what, msg);
}

function matches(actual: unknown, expected: unknown): boolean {
  const nested = [actual, expected].every((it) =>
    Array.isArray(it) || Object.prototype.toString.call(it) === "[object Object]"
  );
  if (!nested || Array.isArray(actual) !== Array.isArray(expected)) return equal(actual, expected);
  const [a, b] = [actual as object, expected as object];
  return Reflect.ownKeys(b).every((key) =>
    key in a && matches(Reflect.get(a, key), Reflect.get(b, key))
  );
}

/** Fails unless the value is an error of the class whose message includes the text. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  assertInstanceOf(error, ErrorClass ?? Error, msg);
  if (msgMatches === undefined) return;
  const holds = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches.test(error.message);
  const what = () =>
    `Expected error message to include ${show(msgMatches)}, but got ${show(error.message)}`;
  expect(holds, what, msg);
}

/** What `assertThrows` and `assertRejects` take after the function. */
type Expected<E extends Error> = [msg?: string | undefined] | [
  ErrorClass: Class<E>,
  msgIncludes?: string | undefined,
  msg?: string | undefined,
];

function checkError<E extends Error>(error: unknown, [first, includes, msg]: Expected<E>): void {
  if (typeof first === "function") assertIsError(error, first, includes, msg);
}

const note = (expected: Expected<Error>): string | undefined =>
  typeof expected[0] === "function" ? expected[2] : expected[0];

/** Fails unless the function throws; gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless the function throws such an error; gives that error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(fn: () => unknown, ...expected: Expected<Error>): unknown {
  try {
    fn();
  } catch (error) {
    checkError(error, expected);
    return error;
  }
  return expect(false, () => "Expected function to throw", note(expected));
}

/** Fails unless the promise of the function is rejected; gives the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of the function is rejected with such an error; gives that error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  ...expected: Expected<Error>
): Promise<unknown> {
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // Throwing at once is not a rejection: told below.
  }
  const what = () => "Function throws when expected to reject";
  expect(typeof promise?.then === "function", what, note(expected));
  try {
    await promise;
  } catch (error) {
    checkError(error, expected);
    return error;
  }
  return expect(false, () => "Expected function to reject", note(expected));
}
