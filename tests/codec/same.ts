import { fail } from "@std/assert";

/**
 * Asserts that two values cannot be told apart: prototypes, own keys and their order, holes, `-0`,
 * the bytes behind views, what is shared and what refers back are all compared.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  const found = difference(actual, expected, "value", new Map(), new Map());
  if (found !== undefined) fail(found);
}

type Pairs = Map<unknown, unknown>;

function difference(
  a: unknown,
  b: unknown,
  path: string,
  there: Pairs,
  back: Pairs,
): string | undefined {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b) ? undefined : `${path} is ${show(a)}, expected ${show(b)}`;
  }
  if (there.has(a) || back.has(b)) {
    return there.get(a) === b && back.get(b) === a ? undefined : `${path} is shared differently`;
  }
  there.set(a, b);
  back.set(b, a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
    return `${path} has another prototype`;
  }
  for (const [step, x, y] of parts(a, b)) {
    const found = difference(x, y, `${path}${step}`, there, back);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What there is to compare of two objects with one prototype. */
function* parts(a: object, b: object): Generator<[string, unknown, unknown]> {
  const keys = (o: object): PropertyKey[] => ArrayBuffer.isView(o) ? [] : Reflect.ownKeys(o);
  const ours = keys(a);
  const theirs = keys(b);
  yield [" number of keys", ours.length, theirs.length];
  for (const [i, key] of ours.entries()) {
    yield [` key ${i}`, key, theirs[i]];
    const x = Object.getOwnPropertyDescriptor(a, key)!;
    const y = Object.getOwnPropertyDescriptor(b, key) ?? {};
    for (const name of ["value", "enumerable", "writable", "configurable"] as const) {
      if (name !== "value" || !(a instanceof Error && key !== "cause")) {
        yield [`[${String(key)}] ${name}`, x[name], y[name]];
      }
    }
  }
  yield* slots(a, b);
}

function* slots(a: object, b: object): Generator<[string, unknown, unknown]> {
  if (a instanceof Map && b instanceof Map) {
    yield [".keys()", [...a.keys()], [...b.keys()]];
    yield [".values()", [...a.values()], [...b.values()]];
  } else if (a instanceof Set && b instanceof Set) {
    yield [".values()", [...a], [...b]];
  } else if (a instanceof Date && b instanceof Date) {
    yield [".getTime()", a.getTime(), b.getTime()];
  } else if (a instanceof RegExp && b instanceof RegExp) {
    yield [" text", String(a), String(b)];
  } else if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    yield [".resizable", a.resizable, b.resizable];
    yield [".maxByteLength", a.maxByteLength, b.maxByteLength];
    yield [" bytes", String(new Uint8Array(a)), String(new Uint8Array(b))];
  } else if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    yield [".byteOffset", a.byteOffset, b.byteOffset];
    yield [".byteLength", a.byteLength, b.byteLength];
    yield [".buffer", a.buffer, b.buffer];
  } else {
    for (const { prototype } of [Boolean, Number, String, BigInt]) {
      const valueOf: (this: unknown) => unknown = prototype.valueOf;
      if (Object.getPrototypeOf(a) === prototype) {
        yield [".valueOf()", valueOf.call(a), valueOf.call(b)];
      }
    }
  }
}

function show(value: unknown): string {
  return Object.is(value, -0)
    ? "-0"
    : typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
}
