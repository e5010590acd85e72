// @runs-on every: V8 clones and encodes differently from version to version

import { Buffer } from "node:buffer";
import fc from "fast-check";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { DecodeFailure } from "../../src/codec/failure.ts";
import { transfer } from "../../mod.ts";
import { numRuns } from "./arbitraries.ts";
import { roundTrip } from "./round_trip.ts";

type ViewClass = new (buffer: ArrayBuffer, offset: number, length?: number) => ArrayBufferView;

const viewClasses: ViewClass[] = [
  Uint8Array,
  Int16Array,
  Float64Array,
  DataView,
  // deno-lint-ignore no-explicit-any -- a class of views by its factory.
  (function (...args: [any]) {
    return Buffer.from(...args);
  }) as unknown as ViewClass,
];

/** Nothing else in a message has this value. */
const secret = 0xab;

/** Views of one buffer, without the buffer: of a few bytes each, or of many. */
const views: fc.Arbitrary<ArrayBufferView[]> = fc.tuple(
  fc.integer({ min: 0, max: 300 }),
  fc.option(fc.integer({ min: 0, max: 20 })),
  fc.array(
    fc.tuple(fc.constantFrom(...viewClasses), fc.nat(300), fc.option(fc.nat(80))),
    { minLength: 1, maxLength: 6 },
  ),
).map(([length, more, specs]) => {
  const buffer = more === null
    ? new ArrayBuffer(length)
    : new ArrayBuffer(length, { maxByteLength: length + more });
  new Uint8Array(buffer).forEach((_, i, bytes) => bytes[i] = i * 7 % 251);
  return specs.flatMap(([View, place, length]) => {
    const size = "BYTES_PER_ELEMENT" in View ? Number(View.BYTES_PER_ELEMENT) : 1;
    try {
      return [new View(buffer, place * size, ...(length === null ? [] : [length]))];
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  });
});

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const allBytes = (views: readonly ArrayBufferView[]): number[][] =>
  views.map((view) => [...bytesOf(view)]);

function encode(value: unknown, attach = false): Uint8Array {
  const encoder = new Encoder({ attach });
  encoder.write(value, "value");
  return encoder.take().bytes;
}

describe("views", () => {
  it("show the same bytes as after structuredClone, and share those that they shared", () => {
    fc.assert(
      fc.property(views, (views) => {
        const arrived: ArrayBufferView[] = roundTrip(views);
        const clones = structuredClone(views);
        assertEquals(arrived.map((view) => view.constructor), views.map((v) => v.constructor));
        assertEquals(allBytes(arrived), allBytes(clones));
        for (const [i, view] of arrived.entries()) {
          bytesOf(view).fill(i + 100);
          bytesOf(clones[i]!).fill(i + 100);
          assertEquals(allBytes(arrived), allBytes(clones));
        }
      }),
      { numRuns },
    );
  });

  it("keep a buffer that can be resized, and follow it as before", () => {
    fc.assert(
      fc.property(views, (all) => {
        // Whether an empty view follows its buffer cannot always be seen.
        const views = all.filter(({ byteLength }) => byteLength > 0);
        const { buffer } = views[0] ?? new Uint8Array();
        if (!(buffer instanceof ArrayBuffer) || !buffer.resizable) return;
        const arrived: ArrayBufferView[] = roundTrip(views);
        const clones = structuredClone(views);
        for (const list of [arrived, clones]) {
          const { buffer } = list[0]! as { buffer: ArrayBuffer };
          buffer.resize(Math.min(buffer.byteLength + 8, buffer.maxByteLength));
        }
        assertEquals(
          arrived.map(({ byteOffset, byteLength }) => [byteOffset, byteLength]),
          clones.map(({ byteOffset, byteLength }) => [byteOffset, byteLength]),
        );
      }),
      { numRuns },
    );
  });

  it("take none of the bytes along that they do not show", () => {
    for (const options of [{}, { maxByteLength: 100_000 }]) {
      const buffer = new ArrayBuffer(100_000, options);
      const memory = new Uint8Array(buffer).fill(secret);
      memory.fill(1, 500, 505).fill(2, 70_000, 70_008).fill(3, 70_011, 70_100);
      for (const attach of [false, true]) {
        const message = encode([
          new Uint8Array(buffer, 500, 5),
          new Float64Array(buffer, 70_000, 1),
          new DataView(buffer, 70_011, 89),
        ], attach);
        assert(message.length < 220, `${message.length} bytes`);
        assert(!message.includes(secret));
      }
    }
  });

  it("take none along that lie between them", () => {
    const memory = new Uint8Array(16).fill(secret);
    memory.fill(1, 0, 6).fill(2, 10, 16);
    const message = encode([memory.subarray(0, 6), memory.subarray(10)]);
    assert(!message.includes(secret));
    const [a, b]: Uint8Array[] = new Decoder(message).read() as Uint8Array[];
    assertStrictEquals(a!.buffer, b!.buffer);
    assertEquals([...new Uint8Array(a!.buffer)], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2]);
  });

  it("stay views of one buffer up to twice the bytes that they show, and beyond have one each", () => {
    const { buffer } = new Uint8Array(1000);
    const near: Uint8Array[] = roundTrip([
      new Uint8Array(buffer, 100, 10),
      new Uint8Array(buffer, 131, 10),
    ]);
    assertNotStrictEquals(near[0]!.buffer, near[1]!.buffer);
    const nearer: Uint8Array[] = roundTrip([
      new Uint8Array(buffer, 120, 10),
      new Uint8Array(buffer, 100, 10),
    ]);
    assertStrictEquals(nearer[0]!.buffer, nearer[1]!.buffer);
    assertEquals(nearer.map((view) => view.byteOffset), [20, 0]);
    assertEquals(nearer[0]!.buffer.byteLength, 30);
  });

  it("share the whole buffer with one that travels itself, before or after them", () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const view = new Uint8Array(buffer, 2, 1);
    const values: unknown[][] = [[buffer, view], [view, buffer], [view, new Uint8Array(buffer)]];
    for (const value of values) {
      const arrived: (ArrayBuffer | Uint8Array)[] = roundTrip(value);
      const buffers = arrived.map((item) => item instanceof ArrayBuffer ? item : item.buffer);
      assertStrictEquals(buffers[0], buffers[1]);
      assertEquals([...new Uint8Array(buffers[0]!)], [1, 2, 3, 4, 5, 6, 7, 8]);
      const part = arrived.find((item): item is Uint8Array => item.byteLength === 1);
      assertEquals(part?.byteOffset, 2);
    }
  });

  it("take the whole buffer along where that is transferred", () => {
    for (const attach of [false, true]) {
      const { buffer } = Uint8Array.of(1, 2, 3, 4);
      const view = new Uint8Array(buffer, 1, 1);
      const arrived: Uint8Array = roundTrip(transfer(view, [buffer]), { attach });
      assertEquals([...new Uint8Array(arrived.buffer)], [1, 2, 3, 4]);
      assertEquals(arrived.byteOffset, 1);
      assert(buffer.detached);
    }
  });

  it("have one buffer where that is transferred by a later part of the value", () => {
    for (const attach of [false, true]) {
      const { buffer } = Uint8Array.of(1, 2, 3, 4);
      const value = [
        new Uint8Array(buffer, 1, 1),
        transfer({ buffer }, [buffer]),
        new Uint8Array(buffer, 3),
      ] as const;
      const [first, { buffer: whole }, last] = roundTrip(value, { attach });
      assertStrictEquals(first.buffer, whole);
      assertStrictEquals(last.buffer, whole);
      assertEquals([...new Uint8Array(whole)], [1, 2, 3, 4]);
      assert(buffer.detached);
    }
  });

  it("stay on memory that is shared", () => {
    const { buffer } = new Uint8Array(new SharedArrayBuffer(100));
    for (const view of [new Uint8Array(buffer, 5, 5), Buffer.from(buffer, 5, 5)]) {
      const arrived: Uint8Array = roundTrip(view, { attach: true });
      assertStrictEquals(arrived.buffer, buffer);
      assertStrictEquals(arrived.constructor, view.constructor);
      assertEquals([arrived.byteOffset, arrived.byteLength], [5, 5]);
    }
  });

  it("are forgotten with what holds them", () => {
    const memory = new Uint8Array(100).fill(secret);
    const error = Object.assign(new Error("no"), { lost: [memory.subarray(2, 9), () => {}] });
    const message = encode([
      error,
      memory.subarray(20, 21).fill(1),
      memory.subarray(30, 31).fill(1),
    ]);
    assert(!message.includes(secret));
    const [, a, b] = new Decoder(message).read() as [Error, Uint8Array, Uint8Array];
    assertEquals([[...a], [...b]], [[1], [1]]);
  });

  it("are refused where a getter takes their buffer away", () => {
    const resizable = new ArrayBuffer(100, { maxByteLength: 100 });
    const moved = new ArrayBuffer(100);
    for (
      const [buffer, change] of [
        [resizable, () => resizable.resize(4)],
        [moved, () => moved.transfer()],
      ] as const
    ) {
      const view = new Uint8Array(buffer, 2, 5);
      const value = {
        view,
        get later() {
          change();
          return 1;
        },
      };
      assertThrows(
        () => encode(value),
        DOMException,
        "value holds a view whose buffer was changed",
      );
    }
  });

  it("of one message come one after the other", () => {
    const memory = new Uint8Array(100).fill(4);
    const encoder = new Encoder();
    for (let i = 0; i < 3; i++) encoder.write(memory.subarray(i, i + 70), "value");
    encoder.write("last", "value");
    const decoder = new Decoder(encoder.take().bytes);
    for (let i = 0; i < 3; i++) assertEquals(decoder.read(), memory.subarray(i, i + 70));
    assertEquals(decoder.read(), "last");
    assert(decoder.done);
  });

  it("cannot be made to read a message's memory many times, or past its end", () => {
    const memory = new Uint8Array(300).fill(4);
    const message = encode([memory.subarray(0, 100), new Uint8Array(300).subarray(0, 100)]);
    for (let at = 0; at < message.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const altered = message.slice();
        altered[at] = value;
        try {
          new Decoder(altered).read();
        } catch (error) {
          assertInstanceOf(error, DecodeFailure);
        }
      }
    }
  });
});

describe("a Buffer", () => {
  it("arrives as one, wherever it is", () => {
    const pooled = Buffer.from("hi");
    const value = {
      pooled,
      same: pooled,
      alone: Buffer.alloc(3, 1),
      empty: Buffer.alloc(0),
      map: new Map([[Buffer.from("key"), new Set([Buffer.from("item")])]]),
      bytes: new Uint8Array(2),
    };
    for (const attach of [false, true]) {
      const arrived: typeof value = roundTrip(value, { attach });
      assertEquals(arrived.pooled.toString("base64"), "aGk=");
      assertStrictEquals(arrived.same, arrived.pooled);
      assertEquals(arrived.alone.toString("hex"), "010101");
      assertEquals(arrived.empty.toString(), "");
      const [[key, items]] = [...arrived.map] as [[Buffer, Set<Buffer>]];
      assertEquals([key.toString(), String([...items][0])], ["key", "item"]);
      assertStrictEquals(Object.getPrototypeOf(arrived.bytes), Uint8Array.prototype);
      assert([arrived.alone, arrived.empty, key].every((item) => Buffer.isBuffer(item)));
    }
  });

  it("takes nothing of its pool along", () => {
    const password = Buffer.from("the password");
    const message = encode(Buffer.from("hello"));
    assert(message.length < 40, `${message.length} bytes`);
    assertEquals(password.toString(), "the password");
  });
});
