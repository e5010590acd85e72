// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { roundTrip } from "./round_trip.ts";
import { assertSame } from "./same.ts";

describe("assertSame()", () => {
  it("tells apart what differs", () => {
    const shared = {};
    const pairs: [unknown, unknown][] = [
      [0, -0],
      [[,], [undefined]],
      [{}, Object.create(null)],
      [{ a: 1, b: 2 }, { b: 2, a: 1 }],
      [[shared, shared], [{}, {}]],
      [Object.assign([1], { x: 1 }), [1]],
      [new Date(1), new Date(2)],
      [new Map([[1, 2]]), new Map([[1, 3]])],
      [Object(1), Object(2)],
      [new Uint8Array([1]), new Uint8Array([2])],
      [new ArrayBuffer(1), new ArrayBuffer(1, { maxByteLength: 1 })],
    ];
    for (const [a, b] of pairs) assertThrows(() => assertSame(a, b));
    assertSame({ a: [shared, shared] }, { a: [shared, shared] });
  });
});

describe("Encoder and Decoder", () => {
  const values: Record<string, unknown> = {
    "an array with holes": [1, , 3, , ,],
    "an array of numbers with a hole": [1, 2, 3, 4, 5, 6, 7, , 9],
    "an array of integers with -0": [1, 2, 3, 4, 5, 6, 7, -0],
    "an array that turns to floats": [1, 2, 3, 4, 5, 6, 7, 0.5, NaN],
    "an array of floats that turns to others": [1.5, 2, 3, 4, 5, 6, "x", null, 9],
    "named properties of a short array": Object.assign([1, 2], { a: 1, "-1": 2, "01": 3 }),
    "named properties of a long array": Object.assign(new Array(100).fill({}), { columns: ["a"] }),
    "named properties and a hole": Object.assign([1, , 3], { a: 1 }),
    "a match of a regular expression": /(?<a>b)c/.exec("abc"),
    "a long array": Array.from({ length: 100_000 }, (_, i) => i - 50_000),
    "records": Array.from({ length: 1000 }, (_, id) => ({ id, name: `n${id}`, odd: id % 2 === 1 })),
    "many shapes": Array.from({ length: 100 }, (_, i) => ({ [`k${i % 40}`]: i, same: 1 })),
    "an object with a __proto__ key": JSON.parse('{"__proto__":{"polluted":1},"a":2}'),
    "a wide object": Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i}`, i])),
    "a view that tracks its buffer": new Int16Array(new ArrayBuffer(8, { maxByteLength: 16 })),
    "the same without room": new Int16Array(new ArrayBuffer(8, { maxByteLength: 8 }), 2),
    "a view of a fixed length at the end": new Uint8Array(
      new ArrayBuffer(8, { maxByteLength: 8 }),
      4,
      4,
    ),
    "float16": typeof Float16Array === "undefined" ? 0 : new Float16Array([1.5, -0]),
    "memory of WebAssembly": [...new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)],
    "an invalid date": new Date(NaN),
    "a wrapper of a number": Object(-0),
    "a map that holds itself": (() => {
      const map = new Map<unknown, unknown>();
      return map.set(map, new Set([map, [map]]));
    })(),
  };
  for (const [name, value] of Object.entries(values)) {
    it(`carries ${name}`, () => assertSame(roundTrip(value), structuredClone(value)));
  }

  it("carries a sparse array without going through its holes", () => {
    const sparse: number[] = [1];
    sparse[4_000_000_000] = 2;
    assertSame(roundTrip(sparse), sparse);
    const empty: number[] = [];
    empty.length = 30_000_000;
    assertEquals(roundTrip(empty).length, 30_000_000);
  });

  it("keeps a view following its buffer", () => {
    for (const max of [16, 8]) {
      const buffer = new ArrayBuffer(8, { maxByteLength: max });
      new Uint8Array(buffer).fill(7);
      const arrived: Uint8Array = roundTrip(new Uint8Array(buffer));
      (arrived.buffer as ArrayBuffer).resize(4);
      assertEquals([...arrived], [7, 7, 7, 7]);
      assertEquals([...new Uint8Array(buffer)], new Array(8).fill(7));
      const fixed: Uint8Array = roundTrip(new Uint8Array(buffer, 2, 6));
      (fixed.buffer as ArrayBuffer).resize(7);
      assertEquals(fixed.length, 0);
    }
  });

  it("gives plain objects and built-in classes, whatever the prototype was", () => {
    class Point {
      x = 1;
      #hidden = 2;
      get sum(): number {
        return this.x + this.#hidden;
      }
    }
    assertSame(roundTrip(new Point()), { x: 1 });
    assertSame(roundTrip(Object.create({ inherited: 1 })), {});
    assertSame(roundTrip(new (class extends Map<number, number> {})([[1, 2]])), new Map([[1, 2]]));
    assertSame(roundTrip(new (class extends Array<number> {})(1, 2)), [1, 2]);
    assertSame(roundTrip(Object.setPrototypeOf(new Date(5), null)), new Date(5));
    assertSame(roundTrip(Object.create(Date.prototype)), {});
    const tagged = {
      a: 1,
      get [Symbol.toStringTag]() {
        return "Date";
      },
    }; // deno-fmt-ignore
    assertSame(roundTrip(Object.setPrototypeOf({ b: 1 }, tagged)), { b: 1 });
    const expression = /a/g;
    expression.lastIndex = 5;
    assertEquals(roundTrip(expression).lastIndex, 0);
  });

  it("calls getters once and in order, and skips what they remove", () => {
    const calls: string[] = [];
    const value: Record<string, unknown> = {
      get a() {
        calls.push("a");
        delete value["b"];
        return 1;
      },
      b: 2,
      get c() {
        calls.push("c");
        return 3;
      },
    };
    assertSame(roundTrip(value), { a: 1, c: 3 });
    assertEquals(calls, ["a", "c"]);
  });

  it("takes a map as it is before its values' getters change it", () => {
    const map = new Map<string, unknown>();
    map.set("a", {
      get x() {
        return map.set("late", 1).size;
      },
    }); // deno-fmt-ignore
    assertSame(roundTrip(map), new Map([["a", { x: 2 }]]));
  });

  it("does not take a getter's own message for a part of the value", () => {
    const encoder = new Encoder();
    const value = {
      get x() {
        encoder.write(1, "inner");
        return 1;
      },
    };
    assertThrows(() => encoder.write(value, "outer"), Error, "Cannot encode inner");
    encoder.write(2, "value");
    assertEquals(new Decoder(encoder.take().bytes).read(), 2);
  });

  it("gives ordinary objects that can be changed", () => {
    const arrived = roundTrip(Object.freeze({ list: Object.freeze([1]) }));
    arrived.list.push(2);
    arrived.more = 1;
    assertEquals(arrived, { list: [1, 2], more: 1 });
  });

  it("frames numbers up to 2^53 - 1 and refuses others", () => {
    const encoder = new Encoder();
    const numbers = [0, 1, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
    for (const number of numbers) encoder.writeUint(number);
    for (const bad of [-1, 0.5, NaN, 2 ** 53]) {
      assertThrows(() => encoder.writeUint(bad), RangeError, String(bad));
    }
    const decoder = new Decoder(encoder.take().bytes);
    assertEquals(numbers.map(() => decoder.readUint()), numbers);
  });

  it("hands out bytes in memory of their own and starts anew", () => {
    const encoder = new Encoder();
    encoder.write("first", "value");
    const { bytes } = encoder.take();
    assertEquals(bytes.buffer.byteLength, bytes.length);
    assertEquals(encoder.size, 0);
    encoder.write("second", "value");
    assertEquals(new Decoder(bytes).read(), "first");
    assertEquals(new Decoder(encoder.take().bytes).read(), "second");
  });

  it("reads a part of a larger or shared buffer", () => {
    const encoder = new Encoder();
    encoder.write({ a: [1.5, "é", new Uint8Array([1, 2])] }, "value");
    const { bytes } = encoder.take();
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 10), 5, bytes.length);
    shared.set(bytes);
    assertSame(new Decoder(shared).read(), { a: [1.5, "é", new Uint8Array([1, 2])] });
  });

  it("carries what is nested as deep as it allows, and refuses more", () => {
    const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
      let value: unknown = 1;
      for (let i = 0; i < depth; i++) value = wrap(value);
      return value;
    };
    const wraps: ((inner: unknown) => unknown)[] = [
      (l) => ({ l }),
      (l) => [l],
      (l) => new Map([[l, 1]]),
      (l) => new Set([l]),
    ];
    for (const wrap of wraps) assert(typeof roundTrip(nest(1000, wrap)) === "object");
    for (const wrap of wraps) {
      const error = assertThrows(() => roundTrip(nest(100_000, wrap)), DOMException);
      assertEquals(error.name, "DataCloneError");
    }
    // An error arrives without the causes that are too deep.
    let last: Error = roundTrip(nest(100_000, (cause) => new Error("e", { cause })));
    let count = 1;
    for (; last.cause instanceof Error; count++) last = last.cause;
    assertEquals(count, 101);
  });

  it("turns a stack that is used up into a refusal", () => {
    const encoder = new Encoder();
    const dive = (): unknown => {
      let error: unknown;
      try {
        error = dive();
      } catch {
        try {
          let value: unknown = 1;
          for (let i = 0; i < 999; i++) value = [value];
          encoder.write(value, "value");
        } catch (thrown) {
          error = thrown;
        }
      }
      return error;
    };
    const error = dive();
    if (error instanceof DOMException) assertEquals(error.name, "DataCloneError");
    assertEquals(roundTrip([1]), [1]);
  });
});
