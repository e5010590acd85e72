/** Every type, with what it holds and what it does not. */

import type { ElementType } from "../../mod.ts";

/** A type, by the names that it has. */
export interface TypeCase {
  readonly types: readonly ElementType[];
  /** What an array of it is. */
  readonly array: { new (length: number): object; readonly name: string };
  /** Values at the limits and between, which are kept as they are. */
  readonly kept: readonly (number | bigint)[];
  /** Values of the right kind that are none of the type. */
  readonly outOfRange: readonly (number | bigint)[];
}

function integers(types: readonly ElementType[], array: TypeCase["array"], bits: number): TypeCase {
  const isSigned = !/^Uint/.test(array.name);
  const least = isSigned ? -(2 ** (bits - 1)) : 0;
  const most = isSigned ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  return {
    types,
    array,
    kept: [least, least + 1, 0, 1, most - 1, most],
    outOfRange: [least - 1, most + 1, 2 ** 53, -(2 ** 53), 0.5, -1.5, NaN, Infinity, -Infinity],
  };
}

function bigints(types: readonly ElementType[], array: TypeCase["array"]): TypeCase {
  const isSigned = array === BigInt64Array;
  const least = isSigned ? -(2n ** 63n) : 0n;
  const most = isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return {
    types,
    array,
    kept: [least, least + 1n, 0n, 1n, most - 1n, most],
    outOfRange: [least - 1n, most + 1n, 2n ** 100n, -(2n ** 100n)],
  };
}

const always = [0, -0, 1, -1.5, NaN, Infinity, -Infinity];

export const typeCases: readonly TypeCase[] = [
  integers(["c", "B", Uint8Array], Uint8Array, 8),
  integers([Uint8ClampedArray], Uint8ClampedArray, 8),
  integers(["b", Int8Array], Int8Array, 8),
  integers(["h", Int16Array], Int16Array, 16),
  integers(["H", Uint16Array], Uint16Array, 16),
  integers(["i", "l", Int32Array], Int32Array, 32),
  integers(["I", "L", Uint32Array], Uint32Array, 32),
  bigints(["q", BigInt64Array], BigInt64Array),
  bigints(["Q", BigUint64Array], BigUint64Array),
  {
    types: [Float16Array],
    array: Float16Array,
    kept: [...always, 65504],
    outOfRange: [65520, -1e6],
  },
  {
    types: ["f", Float32Array],
    array: Float32Array,
    kept: [...always, 2 ** 127 * (2 - 2 ** -23)],
    outOfRange: [2 ** 128, -1e39],
  },
  {
    types: ["d", Float64Array],
    array: Float64Array,
    kept: [...always, 0.1, Number.MAX_VALUE, Number.MIN_VALUE],
    outOfRange: [],
  },
];

/** What a test calls a type. */
export const nameOf = (type: ElementType): string => typeof type === "string" ? type : type.name;

/** What is no value of a type at all. */
export function wrongKinds({ kept }: TypeCase): unknown[] {
  const other = typeof kept[0] === "bigint" ? 1 : 1n;
  return [other, "1", "a", true, null, {}, [1], Symbol("s"), () => 1, Object.create(null)];
}
