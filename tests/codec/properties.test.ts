// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { anything, leaf, numRuns, primitive, text } from "./arbitraries.ts";
import { roundTrip } from "./round_trip.ts";
import { assertSame } from "./same.ts";

describe("what is encoded and decoded", () => {
  it("is what structuredClone gives of primitives", () => {
    fc.assert(
      fc.property(primitive, (value) => assertSame(roundTrip(value), structuredClone(value))),
      { numRuns },
    );
  });

  it("is what structuredClone gives of single objects", () => {
    fc.assert(
      fc.property(leaf, (value) => assertSame(roundTrip(value), structuredClone(value))),
      { numRuns },
    );
  });

  it("is what structuredClone gives of graphs with sharing and cycles", () => {
    fc.assert(
      fc.property(anything, (value) => assertSame(roundTrip(value), structuredClone(value))),
      { numRuns },
    );
  });

  it("is the same whether values come alone or one after another", () => {
    fc.assert(fc.property(fc.array(fc.tuple(anything, fc.maxSafeNat())), (items) => {
      const encoder = new Encoder();
      const copies = items.map(([value, number]) => {
        encoder.writeUint(number);
        const from = encoder.size;
        encoder.write(value, "value");
        return encoder.copy(from);
      });
      const decoder = new Decoder(encoder.take().bytes);
      items.forEach(([value, number], i) => {
        assertEquals(decoder.readUint(), number);
        assertSame(decoder.read(), structuredClone(value));
        assertSame(new Decoder(copies[i]!).read(), structuredClone(value));
      });
      assertEquals(decoder.done, true);
    }));
  });

  it("keeps the texts of errors", () => {
    fc.assert(fc.property(text, text, anything, (message, name, cause) => {
      const error = Object.assign(new RangeError(message, { cause }), { name });
      const arrived = roundTrip(error);
      assertEquals([arrived.message, arrived.name], [message, name]);
      assertEquals(arrived.stack, error.stack);
      assertSame(arrived.cause, structuredClone(cause));
    }));
  });
});

describe("bytes that no encoder wrote", () => {
  it("are refused or decoded, and nothing else, when they are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        decodeOrRefuse(bytes);
      }),
      { numRuns: numRuns * 5 },
    );
  });

  it("are refused or decoded, and nothing else, when a message was damaged", () => {
    fc.assert(
      fc.property(anything, fc.nat(), fc.nat(255), (value, place, byte) => {
        const encoder = new Encoder();
        encoder.write(value, "value");
        const { bytes } = encoder.take();
        bytes[place % bytes.length] = byte;
        decodeOrRefuse(bytes);
      }),
      { numRuns },
    );
  });

  it("are refused when a message lost its end", () => {
    fc.assert(fc.property(anything, fc.nat(), (value, place) => {
      const encoder = new Encoder();
      encoder.write(value, "value");
      const { bytes } = encoder.take();
      const decoder = new Decoder(bytes.subarray(0, place % bytes.length));
      assertThrows(() => decoder.read(), Error, "Cannot decode");
      assertEquals(decoder.position, 0);
    }));
  });
});

function decodeOrRefuse(bytes: Uint8Array): void {
  try {
    new Decoder(bytes).read();
  } catch (error) {
    const text = String(error);
    // Bytes may happen to name a class of some module.
    if (!/^Error: Cannot decode |^ModuleNeeded: /.test(text)) throw error;
  }
  assertEquals(Object.keys(Object.prototype), []);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
}
