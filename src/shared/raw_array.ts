import { checkInteger, isIterable, wrongArgument } from "../arguments.ts";
import { registerHandle } from "../handles/handle.ts";
import { free } from "../memory/allocator.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import {
  type AnyArray,
  type ArrayOf,
  type Element,
  type ElementOf,
  elementOf,
  type ElementType,
  type FoldMembers,
  type NumberType,
} from "./element_type.ts";
import { allocateRegion, describeRegion, Region, reviveRegion } from "./region.ts";

/** What a `RawArray` has that other typed arrays have not. */
export interface RawArrayMembers<T extends ElementType> extends FoldMembers<T> {
  /** A part of it, on the same memory, from `begin` to before `end`. */
  subarray(begin?: number, end?: number): RawArray<T>;
  /**
   * Gives the memory back, also that of its parts. Nobody must use it then, in any child: what is
   * read is anything, and what is written changes something else.
   */
  [Symbol.dispose](): void;
}

/** A typed array on shared memory: see the class of the same name. */
export type RawArray<T extends ElementType = NumberType> =
  & RawArrayMembers<T>
  & ArrayOf<T>;

/** The class of raw arrays. */
export interface RawArrayConstructor {
  /**
   * Makes an array for children of the context's start method.
   *
   * @param type A typecode, or the class of a typed array: see {@linkcode ElementType}.
   * @param sizeOrInitial How many elements it has, which are 0; or the values that it begins with.
   * @throws {TypeError} If there is no such type, if `sizeOrInitial` is neither a number nor an
   * iterable, or if a value is not a number (a bigint, where the type has bigints).
   * @throws {RangeError} If the size is no integer from 0, if a value is none of the type, or if
   * the memory is used up.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  new <T extends ElementType>(
    type: T,
    sizeOrInitial: number | Iterable<ElementOf<T>>,
  ): RawArray<T>;
}

/** Where each array is. It keeps the memory for as long as the array, or a part of it, is there. */
const regions = new WeakMap<object, Region>();

type TypedArrayClass = new (buffer: ArrayBufferLike, offset: number, length: number) => AnyArray;

/**
 * The class of the arrays of an element. What their methods make are plain typed arrays.
 *
 * @internal
 */
export function sharedClass(
  element: Element,
  regionOf: (array: object) => Region,
): TypedArrayClass {
  const base = element.array;
  return class RawArray extends base {
    static get [Symbol.species](): unknown {
      return base;
    }

    override subarray(begin?: number, end?: number): AnyArray {
      const { byteOffset, length } = super.subarray(begin, end);
      const { block, element } = regionOf(this);
      return makeRawArray(new Region(block, element, byteOffset, length));
    }

    [Symbol.dispose](): void {
      free(regionOf(this).block);
    }
  };
}

const classes = new Map<Element, TypedArrayClass>();

/**
 * An array on a region.
 *
 * @internal
 */
export function makeRawArray(region: Region): AnyArray {
  const { element } = region;
  let cls = classes.get(element);
  if (cls === undefined) {
    classes.set(element, cls = sharedClass(element, (array) => regions.get(array)!));
  }
  const array = region.as(cls);
  regions.set(array, region);
  return array;
}

/**
 * The values that an array of that class is to begin with, checked; or how many zeros.
 *
 * @internal
 */
export function checkedContents(
  name: string,
  element: Element,
  sizeOrInitial: unknown,
): number | ArrayLike<unknown> {
  if (typeof sizeOrInitial === "number") {
    checkInteger(`make a ${name}`, "its size", sizeOrInitial, 0);
    return sizeOrInitial;
  }
  if (typeof sizeOrInitial !== "object" || !isIterable(sizeOrInitial)) {
    const what =
      `Cannot make a ${name} as its size or initial values must be a number or an iterable`;
    throw wrongArgument(TypeError, what, sizeOrInitial);
  }
  if (isOf(element, sizeOrInitial)) return sizeOrInitial;
  const values = [...sizeOrInitial];
  const wrong = values.findIndex((value) => !element.accepts(value));
  if (wrong === -1) return values;
  throw element.refusal(values[wrong], `Cannot make a ${name} as initial[${wrong}]`);
}

/** Whether all values are of the type as they are those of such a typed array. */
function isOf(element: Element, values: object): values is AnyArray {
  return values instanceof element.array;
}

/**
 * Writes what an array is to begin with.
 *
 * @internal
 */
export function fillArray(array: AnyArray, contents: number | ArrayLike<unknown>): void {
  if (typeof contents !== "number") array.set(contents);
}

class RawArrayFactory {
  constructor(type: unknown, sizeOrInitial: unknown) {
    const element = elementOf("RawArray", type);
    const contents = checkedContents("RawArray", element, sizeOrInitial);
    const length = typeof contents === "number" ? contents : contents.length;
    const array = makeRawArray(allocateRegion(startMethodOf(new.target), element, length));
    fillArray(array, contents);
    return array;
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && regions.has(value);
  }
}
Object.defineProperty(RawArrayFactory, "name", { value: "RawArray" });

registerHandle<object>({
  name: "RawArray",
  module: import.meta.url,
  matches: (value): value is object => regions.has(value),
  blockOf: (array) => regions.get(array)!.block,
  describe: (array) => describeRegion(regions.get(array)!),
  revive: (block, description) => makeRawArray(reviveRegion(block, description)),
});

/**
 * A typed array on memory that children share, without a lock. It **is** a typed array of its type:
 * `new RawArray("i", 3)` is an `Int32Array`, as fast as any other, and as any other it wraps or
 * rounds what is written to its elements. It travels to other children, where it is on the same
 * memory, and so does a `subarray`. What other methods make of it (`map`, `slice`, …) are plain
 * typed arrays.
 *
 * Its `buffer` is all of the memory that children share: it is no business of a program's.
 *
 * @example
 * ```ts
 * import { RawArray } from "@nproc/multiprocessing";
 *
 * const image = new RawArray(Uint8Array, 640 * 480);
 * image.fill(255);
 * const row = image.subarray(0, 640);
 * ```
 */
export const RawArray: RawArrayConstructor = RawArrayFactory as unknown as RawArrayConstructor;
