// @runs-on every: V8 clones and encodes differently from version to version

import fc from "fast-check";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { DecodeFailure } from "../../src/codec/failure.ts";
import { WIDE } from "../../src/codec/names.ts";
import { registerClass } from "../../mod.ts";
import { key, numRuns, text } from "./arbitraries.ts";
import { roundTrip } from "./round_trip.ts";
import { assertSame } from "./same.ts";

class Wide {
  /** What arrives is given its properties by definition: no setter hears of it. */
  set a(_value: unknown) {
    throw new Error("was set");
  }
}
registerClass(import.meta, Wide);

const keys: fc.Arbitrary<string[]> = fc.array(fc.oneof(key, text, fc.nat(99).map(String)), {
  minLength: 0,
  maxLength: 3 * WIDE,
});

function objectOf(keys: readonly string[]): object {
  const object = {};
  for (const [value, key] of keys.entries()) {
    const all = { value, enumerable: true, writable: true, configurable: true };
    Object.defineProperty(object, key, all);
  }
  return object;
}

const padding = (count: number): string[] => Array.from({ length: count }, (_, i) => `name_${i}`);

describe("An object with many properties", () => {
  it("arrives with their names and in their order, whatever they are", () => {
    fc.assert(
      fc.property(keys, fc.boolean(), (keys, isFirst) => {
        const more = padding(WIDE);
        const object = objectOf(isFirst ? [...keys, ...more] : [...more, ...keys]);
        assertSame(
          roundTrip([object, object, { ...object }]),
          structuredClone([
            object,
            object,
            { ...object },
          ]),
        );
      }),
      { numRuns: numRuns / 5 },
    );
  });

  it("arrives whatever their number", () => {
    for (const count of [WIDE - 1, WIDE, WIDE + 1, 48, 72, 73, 255, 256, 257, 1100, 5000]) {
      for (const odd of [[], ["é"], ['"'], ["\ud800"], ["7"], ["__proto__"], ["\x7f"]]) {
        const object = objectOf([...padding(count - odd.length), ...odd]);
        assertSame(roundTrip(object), structuredClone(object));
      }
    }
  });

  it("may have been given a getter that takes others away", () => {
    const object: Record<string, unknown> = objectOf(padding(300)) as Record<string, unknown>;
    Object.defineProperty(object, "name_5", {
      get: () => delete object["name_7"],
      enumerable: true,
    });
    const arrived = roundTrip(object);
    assertEquals(Object.keys(arrived).length, 299);
    assertEquals([arrived.name_5, "name_7" in arrived, arrived.name_8], [true, false, 8]);
  });

  it("may be of a registered class", () => {
    const object = Object.assign(new Wide(), objectOf(padding(300)));
    Object.defineProperty(object, "b", { value: 1, enumerable: true });
    const arrived = roundTrip(object);
    assertInstanceOf(arrived, Wide);
    assertEquals(Object.entries(arrived), Object.entries(object));
  });

  it("is refused where the names make no sense", () => {
    const encoder = new Encoder();
    encoder.write(objectOf(padding(WIDE)), "value");
    const { bytes } = encoder.take();
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 0x22, 0x5b, 0x7d, 0xff]) {
        const altered = bytes.slice();
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
