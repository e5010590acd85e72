import {
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  AssertionError,
  assertIsError,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
  equal,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

function cycle(value: unknown): unknown {
  const object: Record<string, unknown> = { value };
  object["self"] = object;
  return object;
}

describe("assertEquals()", () => {
  const same: [string, unknown, unknown][] = [
    ["NaN", NaN, NaN],
    ["0 and -0", 0, -0],
    ["nested objects", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
    ["key order", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["no prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["dates", new Date(5), new Date(5)],
    ["invalid dates", new Date(NaN), new Date(NaN)],
    ["regular expressions", /a/g, /a/g],
    ["URLs", new URL("http://a/b"), new URL("http://a/b")],
    ["sets in any order", new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
    ["maps by value", new Map([[{ k: 1 }, [1]]]), new Map([[{ k: 1 }, [1]]])],
    ["typed arrays", new Float64Array([0, NaN]), new Float64Array([-0, NaN])],
    ["buffers", new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    ["instances", new Point(1, 2), new Point(1, 2)],
    ["cycles", cycle(1), cycle(1)],
    ["symbol keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 1 }],
  ];
  for (const [what, a, b] of same) {
    it(`holds for ${what}`, () => {
      assertEquals(a, b);
      assertThrows(() => assertNotEquals(a, b), AssertionError);
    });
  }

  const different: [string, unknown, unknown][] = [
    ["number and string", 1, "1"],
    ["null and undefined", null, undefined],
    ["an undefined property and none", { a: undefined }, {}],
    ["an undefined property and another", { a: undefined }, { b: undefined }],
    ["a hole and undefined", [,], [undefined]],
    ["array lengths", [1, 2], [1]],
    ["array and object", [], {}],
    ["prototypes", new Point(1, 2), { x: 1, y: 2 }],
    ["dates", new Date(5), new Date(6)],
    ["flags", /a/g, /a/i],
    ["set members", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
    ["map values", new Map([["a", 1]]), new Map([["a", 2]])],
    ["kinds of typed array", new Uint8Array(1), new Int8Array(1)],
    ["elements", new Uint8Array([1]), new Uint8Array([2])],
    ["cycles", cycle(1), cycle(2)],
    ["messages", new Error("a"), new Error("b")],
    ["classes", new TypeError("a"), new RangeError("a")],
    ["symbol keys", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
    ["functions", () => {}, () => {}],
  ];
  for (const [what, a, b] of different) {
    it(`fails for different ${what}`, () => {
      assertNotEquals(a, b);
      assertThrows(() => assertEquals(a, b), AssertionError);
    });
  }

  it("refuses what cannot be looked into", () => {
    assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "WeakMap");
  });
});

describe("assertStrictEquals()", () => {
  it("tells 0 from -0 and takes NaN", () => {
    assertThrows(() => assertStrictEquals(0, -0), AssertionError);
    assertStrictEquals(NaN, NaN);
  });
});

describe("assertThrows()", () => {
  it("gives the error", () => {
    const error = assertThrows(
      () => {
        throw new RangeError("too far");
      },
      RangeError,
      "far",
    );
    assertStrictEquals(error.message, "too far");
  });

  it("fails when nothing is thrown, or another class, or another message", () => {
    const boom = () => {
      throw new RangeError("too far");
    };
    assertThrows(() => assertThrows(() => {}), AssertionError, "Expected function to throw");
    assertThrows(() => assertThrows(boom, TypeError), AssertionError);
    assertThrows(() => assertThrows(boom, Error, "near"), AssertionError);
  });
});

describe("assertRejects()", () => {
  it("gives the reason", async () => {
    assertStrictEquals(await assertRejects(() => Promise.reject(5)), 5);
    await assertRejects(() => Promise.reject(new TypeError("no")), TypeError, "no");
  });

  it("fails when the promise is fulfilled, or the function throws", async () => {
    await assertRejects(
      () => assertRejects(() => Promise.resolve()),
      AssertionError,
      "Expected function to reject",
    );
    const boom = () => {
      throw new Error("at once");
    };
    await assertRejects(() => assertRejects(boom), AssertionError, "Function throws");
    await assertRejects(() => assertRejects(() => Promise.reject(5), Error), AssertionError);
  });
});

describe("other assertions", () => {
  it("match parts of objects", () => {
    assertObjectMatch({ a: 1, b: { c: [1, 2], d: 3 } }, { b: { c: [1, 2] } });
    assertThrows(() => assertObjectMatch({ a: 1 }, { a: 2 }), AssertionError);
    assertThrows(() => assertObjectMatch({ a: 1 }, { b: 1 }), AssertionError);
  });

  it("find elements by value", () => {
    assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }]);
    assertThrows(() => assertArrayIncludes([1], [2]), AssertionError);
  });

  it("allow for rounding", () => {
    assertAlmostEquals(0.1 + 0.2, 0.3);
    assertThrows(() => assertAlmostEquals(1, 1.1), AssertionError);
    assertAlmostEquals(1, 1.1, 0.2);
  });

  it("check errors", () => {
    assertIsError(new TypeError("abc"), TypeError, "b");
    assertThrows(() => assertIsError("abc"), AssertionError);
  });
});
