/** How a wrong argument is refused, whatever it is. */

import { it } from "@std/testing/bdd";
import { assertEquals, assertThrows } from "@std/assert";
import { checkInteger, checkSignal, shown, wrongArgument } from "../src/arguments.ts";

it("An argument is shown as what it is, even if it has no text", () => {
  const nameless = Object.defineProperty(() => 1, "name", { value: "" });
  const shownAs: [unknown, string][] = [
    ["5", '"5"'],
    [5, "5"],
    [-0, "0"],
    [5n, "5n"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [Map, "Map"],
    [nameless, "a function"],
    [[1, 2], "[object Array]"],
    [Object.create(null), "[object Object]"],
    [{ toString: () => assertEquals(1, 2) }, "[object Object]"],
  ];
  for (const [value, text] of shownAs) assertEquals(shown(value), text);
  const error = wrongArgument(RangeError, "Cannot do it as it must be done", "never");
  assertEquals(String(error), 'RangeError: Cannot do it as it must be done: received "never"');
});

it("An integer has bounds that the refusal tells, and another type than a number is no integer", () => {
  const message = (value: unknown, bounds: number[], kind: new () => Error): string =>
    assertThrows(() => checkInteger("count", "n", value, ...bounds), kind).message;
  for (const value of [0, 3, -0]) checkInteger("count", "n", value, 0, 3);
  const begin = "Cannot count as n must be an integer";
  assertEquals(message(-1, [0], RangeError), `${begin} from 0: received -1`);
  assertEquals(message(4, [0, 3], RangeError), `${begin} from 0 to 3: received 4`);
  assertEquals(message(4, [-Infinity, 3], RangeError), `${begin} up to 3: received 4`);
  assertEquals(message(0.5, [], RangeError), `${begin}: received 0.5`);
  for (const value of [NaN, Infinity, 2 ** 53]) message(value, [0], RangeError);
  for (const value of ["1", 1n, null, undefined, {}]) message(value, [0], TypeError);
});

it("A signal can be one of a library", () => {
  checkSignal({ aborted: false, throwIfAborted() {}, addEventListener() {} });
  assertThrows(() => checkSignal(Object.create(null)), TypeError, "received [object Object]");
});
