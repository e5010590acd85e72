// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { registerClass } from "../../src/code/registered_class.ts";
import { roundTrip } from "./round_trip.ts";

class Unregistered extends RangeError {
  override name = "Unregistered";
  code = 5;
}
class Registered extends TypeError {
  override name = "Registered";
  detail: unknown;
  constructor(message: string, detail: unknown) {
    if (detail === undefined) throw new Error("called without arguments");
    super(message);
    this.detail = detail;
  }
  get both(): string {
    return `${this.message}: ${this.detail}`;
  }
}
registerClass(import.meta, Registered);
class Under extends Registered {}

describe("an error that travels", () => {
  it("keeps its built-in class, message, stack and own properties", () => {
    const classes = [
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
      WebAssembly.CompileError,
      WebAssembly.LinkError,
      WebAssembly.RuntimeError,
    ];
    for (const cls of classes) {
      const error = Object.assign(new cls("message"), { code: "E", list: [1] });
      const arrived = roundTrip(error);
      assertStrictEquals(Object.getPrototypeOf(arrived), cls.prototype);
      assertEquals([arrived.name, arrived.message], [cls.name, "message"]);
      assertEquals(arrived.stack, error.stack);
      assertEquals({ ...arrived }, { code: "E", list: [1] });
      assertEquals(Object.prototype.toString.call(arrived), "[object Error]");
      assertEquals(Object.keys(arrived), Object.keys(error));
    }
  });

  it("keeps its causes and what they share", () => {
    const error = new Error("outer", { cause: new TypeError("inner", { cause: { plain: 1 } }) });
    const arrived = roundTrip([error, error.cause]);
    assertInstanceOf(arrived[0].cause, TypeError);
    assertStrictEquals(arrived[0].cause, arrived[1]);
    assertEquals(arrived[1].cause, { plain: 1 });
    assertEquals(Object.keys(arrived[0]), []);
    assertEquals(Object.hasOwn(roundTrip(new Error("none")), "cause"), false);
    assertEquals(Object.hasOwn(roundTrip(new Error("u", { cause: undefined })), "cause"), true);
    const circular = new Error("c");
    circular.cause = circular;
    const back = roundTrip(circular);
    assertStrictEquals(back.cause, back);
  });

  it("keeps the errors of an AggregateError", () => {
    const error = new AggregateError([new TypeError("a"), "b", () => {}], "all");
    const arrived = roundTrip(error);
    assertInstanceOf(arrived, AggregateError);
    assertInstanceOf(arrived.errors[0], TypeError);
    assertEquals(arrived.errors.slice(1), ["b", undefined]);
    assertEquals([arrived.message, Object.keys(arrived)], ["all", []]);
    assertEquals(roundTrip(new AggregateError([1, 2])).errors, [1, 2]);
  });

  it("keeps both errors of a SuppressedError", () => {
    const error = new SuppressedError(new TypeError("a"), new RangeError("b"), "both");
    const arrived = roundTrip(error);
    assertInstanceOf(arrived, SuppressedError);
    assertInstanceOf(arrived.error, TypeError);
    assertInstanceOf(arrived.suppressed, RangeError);
    assertEquals([arrived.message, Object.keys(arrived)], ["both", []]);
    const partly = roundTrip(new SuppressedError(() => {}, 2));
    assertEquals([partly.error, partly.suppressed], [undefined, 2]);
  });

  it("leaves out what cannot travel, and still arrives", () => {
    const error = Object.assign(new Error("m", { cause: () => {} }), {
      fn: () => {},
      deep: { a: [Symbol()] },
      kept: { b: 1 },
      get broken() {
        return 1;
      },
    });
    Object.defineProperty(error, "broken", {
      enumerable: true,
      get() {
        throw new Error("broken getter");
      },
    });
    const [arrived, after] = roundTrip([error, { b: 1 }]);
    assertEquals(arrived.message, "m");
    assertEquals({ ...arrived }, { kept: { b: 1 } });
    assertEquals(Object.hasOwn(arrived, "cause"), false);
    assertEquals(after, { b: 1 });
  });

  it("arrives whatever its texts are", () => {
    const odd = new Error("m");
    for (const key of ["message", "name", "stack"]) {
      Object.defineProperty(odd, key, {
        get() {
          throw new Error(key);
        },
      });
    }
    assertInstanceOf(roundTrip(odd), Error);
    const toText = Object.defineProperty(new Error(), "message", {
      value: { toString: () => "x" },
    });
    assertEquals(roundTrip(toText).message, "x");
    assertEquals(Object.hasOwn(roundTrip(new Error()), "message"), false);
  });

  it("keeps the name of a class that is not registered", () => {
    const arrived = roundTrip(new Unregistered("m"));
    assertStrictEquals(Object.getPrototypeOf(arrived), RangeError.prototype);
    assertEquals([arrived.name, arrived.code, String(arrived)], [
      "Unregistered",
      5,
      "Unregistered: m",
    ]);
    class ByPrototype extends Error {}
    ByPrototype.prototype.name = "ByPrototype";
    const other = roundTrip(new ByPrototype("m"));
    assertEquals([other.name, Object.keys(other)], ["ByPrototype", []]);
  });

  it("keeps its class where it is registered, without calling the constructor", () => {
    for (const error of [new Registered("m", 7), new Under("m", 7)]) {
      const arrived = roundTrip(error);
      assertStrictEquals(Object.getPrototypeOf(arrived), Registered.prototype);
      assertEquals([arrived.both, arrived.name, arrived.stack], [
        "m: 7",
        "Registered",
        error.stack,
      ]);
      assertEquals(Object.prototype.toString.call(arrived), "[object Error]");
      const { isError } = Error as { isError?(value: unknown): boolean };
      assert(isError === undefined || isError(arrived));
    }
  });

  it("is a DOMException if it was one", () => {
    const error = new DOMException("gone", "AbortError");
    const arrived = roundTrip([error])[0];
    assertInstanceOf(arrived, DOMException);
    assertEquals([arrived.name, arrived.message, arrived.code], ["AbortError", "gone", 20]);
    if (error.stack !== undefined) assertEquals(arrived.stack, error.stack);
  });

  it("is plain if it only looks like one", () => {
    assertEquals(
      Object.getPrototypeOf(roundTrip(Object.create(Error.prototype))),
      Object.prototype,
    );
    assertEquals(roundTrip({ message: "m", stack: "s" }), { message: "m", stack: "s" });
  });
});
