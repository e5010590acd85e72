// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { transfer } from "../../src/codec/transfer.ts";
import { roundTrip } from "./round_trip.ts";

const fn = (): void => {};

/** The message of the `DataCloneError` that refuses a value. */
function refusalOf(value: unknown, encoder: Encoder = new Encoder(), root = "args"): string {
  const error = assertThrows(() => encoder.write(value, root));
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "DataCloneError");
  return error.message;
}

describe("a refusal", () => {
  it("names the path", () => {
    const cases: [unknown, string][] = [
      [fn, "args is a function that no module exports"],
      [Symbol("x"), "args is a symbol"],
      [
        [{ options: { callback: fn } }],
        "args[0].options.callback is a function that no module exports",
      ],
      [[1, [2, [fn]]], "args[1][1][0] is a function that no module exports"],
      [[{ "a b": fn }], 'args[0]["a b"] is a function that no module exports'],
      [[{ "0": fn }], 'args[0]["0"] is a function that no module exports'],
      [[{ é$1: fn }], "args[0].é$1 is a function that no module exports"],
      [new Map([["key", [fn]]]), 'args.get("key")[0] is a function that no module exports'],
      [new Map([[5, fn]]), "args.get(5) is a function that no module exports"],
      [
        new Map<unknown, unknown>([[1, 1], [{ a: fn }, 1]]),
        "args.keys()[1].a is a function that no module exports",
      ],
      [
        new Map<unknown, unknown>([[{}, fn]]),
        "args.values()[0] is a function that no module exports",
      ],
      [new Set([1, { a: fn }]), "args.values()[1].a is a function that no module exports"],
      [Object.assign([1], { more: fn }), "args.more is a function that no module exports"],
      [[1, 2, 3, 4, 5, 6, 7, , fn], "args[8] is a function that no module exports"],
      [[Promise.resolve()], "args[0] is a Promise, which cannot be copied"],
      [[new WeakMap()], "args[0] is a WeakMap, which cannot be copied"],
      [[new AbortController().signal], "args[0] is an AbortSignal, which cannot be copied"],
      [[new URL("http://x/")], "args[0] is a URL, which cannot be copied"],
      [[Object(Symbol())], "args[0] is a Symbol, which cannot be copied"],
      [[[][Symbol.iterator]()], "args[0] is an Array Iterator, which cannot be copied"],
    ];
    for (const [value, message] of cases) assertEquals(refusalOf(value), message);
    assertEquals(
      refusalOf([[1], fn], undefined, "item"),
      "item[1] is a function that no module exports",
    );
  });

  it("names what was not copied before the same object was met elsewhere", () => {
    const inner = { ok: 1 };
    assertEquals(
      refusalOf({ a: inner, b: inner, c: { fn } }),
      "args.c.fn is a function that no module exports",
    );
  });

  it("shows the ends of a very long path", () => {
    let value: unknown = fn;
    for (let i = 0; i < 500; i++) value = [value];
    const message = refusalOf(value);
    assertEquals(message.startsWith("args[0][0]"), true);
    assertEquals(message.endsWith("[0][0] is a function that no module exports"), true);
    assertEquals(message.length < 300, true);
  });

  it("tells of what bytes cannot carry", () => {
    const shared = new SharedArrayBuffer(8);
    const why = "which cannot be shared as this channel carries bytes alone";
    assertEquals(refusalOf([shared]), `args[0] is a SharedArrayBuffer, ${why}`);
    assertEquals(refusalOf([new Int8Array(shared)]), `args[0] is on a SharedArrayBuffer, ${why}`);
    assertEquals(
      refusalOf([new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))]),
      "args[0] is a WebAssembly.Module, whose bytes cannot be had from it: send the bytes that it was compiled from, and compile them there",
    );
  });

  it("tells of buffers that are gone", () => {
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    assertEquals(refusalOf([buffer]), "args[0] is detached");
    assertEquals(refusalOf([view]), "args[0] is detached");
    const resizable = new ArrayBuffer(8, { maxByteLength: 8 });
    const views = [new Uint8Array(resizable, 4, 4), new DataView(resizable, 4, 4)];
    resizable.resize(2);
    for (const view of views) {
      assertEquals(refusalOf([view]), "args[0] is out of the bounds of its buffer");
    }
  });

  it("leaves the encoder as it was", () => {
    const encoder = new Encoder({ attach: true });
    const buffer = new ArrayBuffer(4);
    const { port1, port2 } = new MessageChannel();
    encoder.write({ first: 1 }, "value");
    const before = encoder.copy(0);
    for (let i = 0; i < 3; i++) {
      const value = [{ a: 1 }, new SharedArrayBuffer(1), transfer([buffer], [buffer]), port1, fn];
      assertThrows(() => encoder.write(value, "value", [port1]), DOMException, "value[4]");
      assertThrows(
        () =>
          encoder.write(
            {
              a: [1],
              get b() {
                throw new RangeError("own");
              },
            },
            "value",
          ),
        RangeError,
        "own",
      );
    }
    assertEquals(encoder.copy(0), before);
    assertEquals(buffer.detached, false);
    encoder.write([{ a: 1 }, buffer], "value");
    const { bytes, attachments, transfer: moved } = encoder.take();
    assertEquals([attachments, moved], [[], []]);
    const decoder = new Decoder(bytes);
    assertEquals(decoder.read(), { first: 1 });
    assertEquals(decoder.read(), [{ a: 1 }, new ArrayBuffer(4)]);
    port1.close();
    port2.close();
  });

  it("leaves the encoder as it was where there is no memory for a string", () => {
    const encoder = new Encoder();
    encoder.write("first", "value");
    const strings = ["x", "x\u{1f600}", "\u{1f600}x", "\ud800x", "é"].map((text) =>
      text.repeat(500)
    );
    const { Uint8Array } = globalThis;
    for (const string of strings) {
      const before = encoder.copy(0);
      const largest = encoder.memory.length;
      globalThis.Uint8Array = new Proxy(Uint8Array, {
        construct: (target, [size, ...more]) => {
          if (typeof size === "number" && size > largest) throw new RangeError("no memory");
          return new target(size, ...more);
        },
      });
      try {
        assertThrows(() => encoder.write(string.repeat(10), "value"), RangeError, "no memory");
      } finally {
        globalThis.Uint8Array = Uint8Array;
      }
      assertEquals(encoder.copy(0), before);
      encoder.write(string, "value");
    }
    const decoder = new Decoder(encoder.copy(0));
    for (const string of ["first", ...strings]) assertEquals(decoder.read(), string);
  });

  it("does not hit ordinary objects of classes that look foreign", () => {
    const mark: unique symbol = Symbol("mark");
    class Odd {
      a = 1;
      [mark] = 2;
      get [Symbol.toStringTag](): string {
        return "Odd";
      }
    }
    assertEquals(roundTrip(new Odd()), { a: 1 });
    const holder = Object.assign(new Odd(), { a: fn });
    assertEquals(refusalOf([holder]), "args[0].a is a function that no module exports");
    assertEquals(roundTrip(new Odd()), { a: 1 });
  });
});
