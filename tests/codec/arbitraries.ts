import process from "node:process";
import fc from "fast-check";

/** How many values a property is tried with. */
export const numRuns: number = process.env["TEST_STRESS"] ? 50_000 : 1_000;

/** Strings of any code units, lone surrogates too, and long ones. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 8 }).map((codes) =>
    String.fromCharCode(...codes)
  ),
  fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.integer({ min: 1, max: 200 }))
    .map(([unit, times]) => unit.repeat(times)),
  fc.constantFrom("\ufeffbom", "\0", "x".repeat(63), "x".repeat(64)),
);

/** Names of properties, those that are special somewhere among them. */
export const key: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom("__proto__", "constructor", "toString", "a b", "", "é", "0", "1", "01", "-1"),
  // Not the greatest index, 4294967294: Bun's structuredClone goes through all that could be before
  // it.
  fc.constantFrom("4294967295", "1e3", "valueOf", "then", "name", "cause"),
);

const number: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -200, max: 300 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(-0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 53, 32767, -32769, 0.1),
);

const bigint: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }),
  fc.constantFrom(2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n),
);

/** All primitive values that can be cloned. */
export const primitive: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.boolean(),
  number,
  bigint,
  text,
);

type ViewClass = new (buffer: ArrayBuffer, offset: number, length?: number) => ArrayBufferView;

const viewClasses: ViewClass[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

const buffer: fc.Arbitrary<ArrayBuffer> = fc
  .tuple(fc.integer({ min: 0, max: 64 }), fc.option(fc.integer({ min: 0, max: 20 })), fc.nat(255))
  .map(([length, more, fill]) => {
    const buffer = more === null
      ? new ArrayBuffer(length)
      : new ArrayBuffer(length, { maxByteLength: length + more });
    new Uint8Array(buffer).fill(fill);
    return buffer;
  });

/** Views that share a buffer, and the buffer, in any order. */
const views: fc.Arbitrary<unknown[]> = fc.tuple(
  buffer,
  fc.array(fc.tuple(fc.constantFrom(...viewClasses), fc.nat(8), fc.option(fc.nat(3)))),
  fc.boolean(),
).map(([buffer, specs, bufferFirst]) => {
  const views = specs.flatMap(([View, place, length]) => {
    const size = "BYTES_PER_ELEMENT" in View ? Number(View.BYTES_PER_ELEMENT) : 1;
    try {
      return [new View(buffer, place * size, ...(length === null ? [] : [length]))];
    } catch (error) {
      if (error instanceof RangeError) return [];
      throw error;
    }
  });
  return bufferFirst ? [buffer, ...views] : [...views, buffer];
});

/** Objects that hold no other object. */
export const leaf: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: primitive, weight: 8 },
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a+/gi, /[/]\n\u{1f600}/u, new RegExp("")),
  fc.oneof(fc.boolean(), number, bigint, text).map((value) => Object(value)),
  views,
  fc.array(fc.integer(), { maxLength: 40 }),
  fc.array(fc.double(), { maxLength: 40 }),
  fc.tuple(fc.array(fc.integer(), { maxLength: 9 }), fc.array(primitive, { maxLength: 9 }))
    .map(([numbers, others]) => [...numbers, ...others]),
);

class Instance {
  static readonly made = true;
  get inherited(): number {
    return 1;
  }
}

type Holder = object | unknown[] | Map<unknown, unknown> | Set<unknown>;

/** Makes an empty holder of each kind. */
const makers: Record<string, () => Holder> = {
  object: () => ({}),
  bare: () => Object.create(null),
  instance: () => new Instance(),
  array: () => [],
  sparse: () => new Array(7),
  map: () => new Map(),
  set: () => new Set(),
};

/** What goes into a holder: under a key, a leaf or another holder by its number. */
type Edge = [key: string, to: number | null, leaf: unknown];

function put(holder: Holder, [key, , leaf]: Edge, value: unknown): void {
  if (holder instanceof Map) holder.set(key.length % 2 === 0 ? key : leaf, value);
  else if (holder instanceof Set) holder.add(value);
  else if (Array.isArray(holder) && key.length < 3 && holder.length < 100) holder.push(value);
  else if (Array.isArray(holder) && key === "length") return;
  else {
    const data = { value, enumerable: key !== "é", configurable: true, writable: true };
    const accessor = { get: () => value, enumerable: true, configurable: true };
    const isAccessor = key.length === 3 && !Array.isArray(holder);
    Object.defineProperty(holder, key, isAccessor ? accessor : data);
  }
}

/** Any value: trees, shared parts, cycles. */
export const anything: fc.Arbitrary<unknown> = fc.array(
  fc.tuple(
    fc.constantFrom(...Object.keys(makers)),
    fc.array(fc.tuple(key, fc.option(fc.nat(9), { freq: 2 }), leaf) as fc.Arbitrary<Edge>),
  ),
  { minLength: 1, maxLength: 10 },
).map((specs) => {
  const holders = specs.map(([maker]) => makers[maker]!());
  specs.forEach(([, edges], i) => {
    for (const edge of edges) {
      const target = edge[1] === null ? edge[2] : holders[edge[1] % holders.length];
      put(holders[i]!, edge, target);
    }
  });
  return holders[0];
});
