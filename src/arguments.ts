/**
 * What callers give: the checks of arguments, and the words in which a wrong one is refused:
 * "Cannot map as callback must be a function: received 5".
 *
 * @module
 * @internal
 */

/** What an error calls a value. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return value.name === "" ? "a function" : value.name;
    case "object":
      return value === null ? "null" : Object.prototype.toString.call(value);
    default:
      return String(value);
  }
}

/** The error of an argument: `what` says what cannot be done and why. */
export function wrongArgument(
  kind: TypeErrorConstructor | RangeErrorConstructor,
  what: string,
  value: unknown,
): Error {
  return new kind(`${what}: received ${shown(value)}`);
}

/** Refuses an argument, unless it `is` of a kind: `verb` is what it was given to do. */
function check(is: boolean, verb: string, what: string, kind: string, value: unknown): void {
  if (is) return;
  throw wrongArgument(TypeError, `Cannot ${verb} as ${what} must be ${kind}`, value);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Checks an argument that is to be called. */
export function checkFunction(verb: string, what: string, value: unknown): void {
  check(typeof value === "function", verb, what, "a function", value);
}

/** Checks an argument that is to be a list. */
export function checkArray(verb: string, what: string, value: unknown): void {
  check(Array.isArray(value), verb, what, "an array", value);
}

/** Checks an argument that is to be an object. */
export function checkObject(
  verb: string,
  what: string,
  value: unknown,
): asserts value is object {
  check(isObject(value), verb, what, "an object", value);
}

/** Checks an argument that is to be a text. */
export function checkString(verb: string, what: string, value: unknown): void {
  check(typeof value === "string", verb, what, "a string", value);
}

/** Checks an argument that is to be yes or no. */
export function checkBoolean(verb: string, what: string, value: unknown): void {
  check(typeof value === "boolean", verb, what, "a boolean", value);
}

/** Checks an argument that is to be an integer, within bounds that may be infinite. */
export function checkInteger(
  verb: string,
  what: string,
  value: unknown,
  least: number = -Infinity,
  most: number = Infinity,
): asserts value is number {
  const isNumber = typeof value === "number";
  if (isNumber && Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw wrongArgument(
    isNumber ? RangeError : TypeError,
    `Cannot ${verb} as ${what} must be ${integers(least, most)}`,
    value,
  );
}

function integers(least: number, most: number): string {
  if (least === -Infinity) return most === Infinity ? "an integer" : `an integer up to ${most}`;
  return most === Infinity ? `an integer from ${least}` : `an integer from ${least} to ${most}`;
}

/** Checks an argument that is to be gone through. */
export function checkIterable(verb: string, what: string, value: unknown): void {
  check(isIterable(value), verb, what, "iterable", value);
}

/** Whether a value can be gone through synchronously. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return value !== null && value !== undefined &&
    typeof (value as Iterable<unknown>)[Symbol.iterator] === "function";
}

/** Checks that a caller gave options as an object, and not one of them alone, as in Python. */
export function checkOptions(verb: string, options: unknown): void {
  checkObject(verb, "options", options);
}

/** Checks what a caller gave as its `timeout`. */
export function checkTimeout(timeout: unknown): void {
  if (timeout === undefined) return;
  const isNumber = typeof timeout === "number" && !Number.isNaN(timeout);
  check(isNumber, "wait", "timeout", "a number of milliseconds", timeout);
}

/** Checks how long something may take: a time that is over at once would be a mistake. */
export function checkDuration(verb: string, what: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw wrongArgument(
    typeof value === "number" ? RangeError : TypeError,
    `Cannot ${verb} as ${what} must be a number of milliseconds above 0`,
    value,
  );
}

/** Checks what a caller gave as its `signal`. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || signal === null) return;
  check(isSignal(signal), "wait", "signal", "an AbortSignal", signal);
}

/** Also one of another realm, or of a library. */
const isSignal = (value: unknown): boolean =>
  isObject(value) && "aborted" in value &&
  "throwIfAborted" in value && "addEventListener" in value;
