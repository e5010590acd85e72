import { wrongArgument } from "../arguments.ts";

/** The codes of types, as in CPython's `array` and `ctypes`; `c` is a byte from 0 to 255. */
export type Typecode = "c" | "b" | "B" | "h" | "H" | "i" | "I" | "l" | "L" | "q" | "Q" | "f" | "d";

/** The types whose values are bigints: integers of 64 bits. */
export type BigIntType = "q" | "Q" | BigInt64ArrayConstructor | BigUint64ArrayConstructor;

/** The types whose values are numbers. */
export type NumberType =
  | Exclude<Typecode, "q" | "Q">
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Uint8ClampedArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Float16ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/**
 * What a shared value or the elements of a shared array are: a code, or the class of a typed array.
 *
 * | code    | class            | values                              |
 * | ------- | ---------------- | ----------------------------------- |
 * | `c` `B` | `Uint8Array`     | integers from 0 to 255              |
 * | `b`     | `Int8Array`      | integers of 8 bits                  |
 * | `h` `H` | `Int16Array` `Uint16Array` | integers of 16 bits       |
 * | `i` `I` | `Int32Array` `Uint32Array` | integers of 32 bits       |
 * | `l` `L` | `Int32Array` `Uint32Array` | the same, as on Windows   |
 * | `q` `Q` | `BigInt64Array` `BigUint64Array` | bigints of 64 bits  |
 * | `f` `d` | `Float32Array` `Float64Array` | numbers                |
 *
 * `Uint8ClampedArray` and `Float16Array` have no code. A `DataView`, and classes that extend a
 * typed array, are none of these types.
 */
export type ElementType = NumberType | BigIntType;

/** What a value of a type is to JavaScript. */
export type ElementOf<T extends ElementType> = T extends BigIntType ? bigint : number;

/** The typed arrays of the codes. */
export interface TypecodeArrays {
  /** Bytes. */
  c: Uint8Array;
  /** Integers of 8 bits. */
  b: Int8Array;
  /** Integers of 8 bits, without sign. */
  B: Uint8Array;
  /** Integers of 16 bits. */
  h: Int16Array;
  /** Integers of 16 bits, without sign. */
  H: Uint16Array;
  /** Integers of 32 bits. */
  i: Int32Array;
  /** Integers of 32 bits, without sign. */
  I: Uint32Array;
  /** Integers of 32 bits. */
  l: Int32Array;
  /** Integers of 32 bits, without sign. */
  L: Uint32Array;
  /** Integers of 64 bits. */
  q: BigInt64Array;
  /** Integers of 64 bits, without sign. */
  Q: BigUint64Array;
  /** Numbers of 32 bits. */
  f: Float32Array;
  /** Numbers of 64 bits. */
  d: Float64Array;
}

/** The typed array that holds values of a type. */
export type ArrayOf<T extends ElementType> = T extends Typecode ? TypecodeArrays[T]
  : T extends { readonly prototype: infer A } ? A
  : never;

/**
 * The methods of typed arrays that TypeScript cannot call where the type of the elements is one of
 * several (as in `(a: SharedArray) => a.reduce(…)`), since each class declares them with its own
 * name.
 */
export interface FoldMembers<T extends ElementType> {
  /** Combines all elements, from the first on; without `initial` it begins with the first. */
  reduce(
    combine: (
      previous: ElementOf<T>,
      current: ElementOf<T>,
      index: number,
      array: ArrayLike<ElementOf<T>>,
    ) => ElementOf<T>,
    initial?: ElementOf<T>,
  ): ElementOf<T>;
  /** Combines all elements with what `initial` is, from the first on. */
  reduce<U>(
    combine: (
      previous: U,
      current: ElementOf<T>,
      index: number,
      array: ArrayLike<ElementOf<T>>,
    ) => U,
    initial: U,
  ): U;
  /** Does what `reduce` does from the last element on. */
  readonly reduceRight: FoldMembers<T>["reduce"];
  /** The last element that `predicate` holds for. */
  findLast(
    predicate: (
      value: ElementOf<T>,
      index: number,
      array: ArrayLike<ElementOf<T>>,
    ) => unknown,
  ): ElementOf<T> | undefined;
}

/**
 * A typed array, whatever its elements are: its code treats them alike.
 *
 * @internal
 */
export interface AnyArray extends ArrayLike<unknown> {
  [index: number]: unknown;
  readonly length: number;
  readonly byteOffset: number;
  set(values: ArrayLike<unknown>): void;
  subarray(begin?: number, end?: number): AnyArray;
  slice(begin?: number, end?: number): AnyArray;
}

/**
 * The class of a typed array.
 *
 * @internal
 */
export interface AnyArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset?: number, length?: number): AnyArray;
}

/**
 * What is known of a type.
 *
 * @internal
 */
export interface Element {
  /** The typed array whose elements are of this type. */
  readonly array: AnyArrayClass;
  /**
   * Whether a value is of this type: it is then held as it is, or rounded as the type's precision
   * has it.
   */
  accepts(value: unknown): boolean;
  /** The error of a value that it does not accept; `subject` is what must be otherwise. */
  refusal(value: unknown, subject: string): Error;
}

const isNumber = (value: unknown): boolean => typeof value === "number";
const isBigint = (value: unknown): boolean => typeof value === "bigint";

function element(
  array: unknown,
  isOfKind: (value: unknown) => boolean,
  isInRange: (value: never) => boolean,
  expected: string,
): Element {
  return {
    array: array as AnyArrayClass,
    accepts: (value) => isOfKind(value) && isInRange(value as never),
    refusal: (value, subject) => {
      const kind = isOfKind(value) ? RangeError : TypeError;
      return wrongArgument(kind, `${subject} must be ${expected}`, value);
    },
  };
}

function integers(array: unknown, least: number, most: number): Element {
  return element(
    array,
    isNumber,
    (value: number) => value >= least && value <= most && Number.isInteger(value),
    `an integer from ${least} to ${most}`,
  );
}

function bigints(array: unknown, least: bigint, most: bigint): Element {
  return element(
    array,
    isBigint,
    (value: bigint) => value >= least && value <= most,
    `a bigint from ${least} to ${most}`,
  );
}

/** Numbers that are rounded; one that would become infinite by that is out of range. */
function floats(array: unknown, round: (value: number) => number, bits: number): Element {
  return element(
    array,
    isNumber,
    (value: number) => Number.isFinite(round(value)) || !Number.isFinite(value),
    `a number that fits into ${bits} bits`,
  );
}

const elements: readonly Element[] = [
  integers(Int8Array, -(2 ** 7), 2 ** 7 - 1),
  integers(Uint8Array, 0, 2 ** 8 - 1),
  integers(Uint8ClampedArray, 0, 2 ** 8 - 1),
  integers(Int16Array, -(2 ** 15), 2 ** 15 - 1),
  integers(Uint16Array, 0, 2 ** 16 - 1),
  integers(Int32Array, -(2 ** 31), 2 ** 31 - 1),
  integers(Uint32Array, 0, 2 ** 32 - 1),
  bigints(BigInt64Array, -(2n ** 63n), 2n ** 63n - 1n),
  bigints(BigUint64Array, 0n, 2n ** 64n - 1n),
  floats(Float16Array, (value) => Math.f16round(value), 16),
  floats(Float32Array, Math.fround, 32),
  floats(Float64Array, (value) => value, 64),
];

const codes: Readonly<Record<Typecode, unknown>> = {
  c: Uint8Array,
  b: Int8Array,
  B: Uint8Array,
  h: Int16Array,
  H: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: Int32Array,
  L: Uint32Array,
  q: BigInt64Array,
  Q: BigUint64Array,
  f: Float32Array,
  d: Float64Array,
};

const byClass = new Map<unknown, Element>(elements.map((each) => [each.array, each]));
const byType = new Map<unknown, Element>([
  ...byClass,
  ...Object.entries(codes).map(([code, array]) => [code, byClass.get(array)!] as const),
]);
const byName = new Map(elements.map((each) => [each.array.name, each]));

/**
 * The element of a type that a caller gave; `name` is that of the class that is to be made.
 *
 * @internal
 */
export function elementOf(name: string, type: unknown): Element {
  const found = byType.get(type);
  if (found !== undefined) return found;
  throw wrongArgument(
    TypeError,
    `Cannot make a ${name} as type must be one of the codes ${Object.keys(codes).join(" ")} ` +
      `or the class of a typed array, such as Int32Array`,
    type,
  );
}

/**
 * The element whose typed array has that name, which is how it travels.
 *
 * @internal
 */
export function elementNamed(name: string): Element | undefined {
  return byName.get(name);
}
