import { registerHandle } from "../handles/handle.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import type { Acquirable } from "../sync/acquirable.ts";
import { type Element, type ElementOf, elementOf, type ElementType } from "./element_type.ts";
import type { AnyArray, ArrayOf, FoldMembers, NumberType } from "./element_type.ts";
import { allocateGuarded, type Guarded, type LockOptions, reviveGuarded } from "./guarded.ts";
import {
  checkedContents,
  fillArray,
  makeRawArray,
  type RawArray,
  sharedClass,
} from "./raw_array.ts";

/** What a `SharedArray` has that other typed arrays have not. */
export interface SharedArrayMembers<T extends ElementType> extends FoldMembers<T> {
  /**
   * The lock: the `RLock` that was made for it, or the one that was given.
   *
   * @throws {Error} If it was made with `lock: false`.
   */
  getLock(): Acquirable;
  /** The same array without the lock. */
  getObj(): RawArray<T>;
  /**
   * Acquires the lock, and gives what releases it: `using _ = await array.hold()`.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws The signal's reason, if that is aborted first.
   * @throws {Error} If there is no lock, or if the array is disposed of.
   */
  hold(options?: WaitOptions): Promise<Disposable>;
  /**
   * Does what `hold` does with this thread blocked meanwhile.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws {Error} If there is no lock, or if the array is disposed of.
   */
  holdSync(options?: Omit<WaitOptions, "signal">): Disposable;
  /** A part of it without the lock, on the same memory, from `begin` to before `end`. */
  subarray(begin?: number, end?: number): RawArray<T>;
  /**
   * Gives the memory back, also that of its parts and of a lock of its own; who waits for that gets
   * an `Error`. Nobody must use the array then, in any child: what is read is anything, and what is
   * written changes something else.
   */
  [Symbol.dispose](): void;
}

/** A typed array on shared memory, with a lock: see the class of the same name. */
export type SharedArray<T extends ElementType = NumberType> =
  & SharedArrayMembers<T>
  & ArrayOf<T>;

/** The class of shared arrays. */
export interface SharedArrayConstructor {
  /**
   * Makes an array for children of the context's start method.
   *
   * @param type A typecode, or the class of a typed array: see {@linkcode ElementType}.
   * @param sizeOrInitial How many elements it has, which are 0; or the values that it begins with.
   * @param options `lock` is the lock to use, or `false` for none; a new `RLock` if it is left out.
   * @throws {TypeError} If there is no such type, if `sizeOrInitial` is neither a number nor an
   * iterable, if a value is not a number (a bigint, where the type has bigints), or if `lock` is
   * neither a boolean nor a lock.
   * @throws {RangeError} If the size is no integer from 0, if a value is none of the type, or if
   * the memory is used up.
   * @throws {Error} If `lock` is for children of another start method, or if this program cannot
   * share memory between processes; the message names the remedy.
   */
  new <T extends ElementType>(
    type: T,
    sizeOrInitial: number | Iterable<ElementOf<T>>,
    options?: LockOptions,
  ): SharedArray<T>;
}

const guards = new WeakMap<object, Guarded>();
const guardOf = (array: object): Guarded => guards.get(array)!;

function lockedClass(element: Element) {
  const base = sharedClass(element, (array) => guardOf(array).region);
  return class SharedArray extends base {
    getLock(): Acquirable {
      return guardOf(this).lock;
    }

    getObj(): AnyArray {
      return makeRawArray(guardOf(this).region);
    }

    async hold(options?: WaitOptions): Promise<Disposable> {
      return await guardOf(this).lock.hold(options);
    }

    holdSync(options?: Omit<WaitOptions, "signal">): Disposable {
      return guardOf(this).lock.holdSync(options);
    }

    [Symbol.dispose](): void {
      guardOf(this).dispose();
    }
  };
}

const classes = new Map<Element, ReturnType<typeof lockedClass>>();

function makeSharedArray(guarded: Guarded): AnyArray {
  const { element } = guarded.region;
  let cls = classes.get(element);
  if (cls === undefined) classes.set(element, cls = lockedClass(element));
  const array = guarded.region.as(cls);
  guards.set(array, guarded);
  return array;
}

class SharedArrayFactory {
  constructor(type: unknown, sizeOrInitial: unknown, options?: LockOptions) {
    const element = elementOf("SharedArray", type);
    const contents = checkedContents("SharedArray", element, sizeOrInitial);
    const length = typeof contents === "number" ? contents : contents.length;
    const method = startMethodOf(new.target);
    const array = makeSharedArray(
      allocateGuarded("SharedArray", method, element, length, options),
    );
    fillArray(array, contents);
    return array;
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && guards.has(value);
  }
}
Object.defineProperty(SharedArrayFactory, "name", { value: "SharedArray" });

registerHandle<object>({
  name: "SharedArray",
  module: import.meta.url,
  matches: (value): value is object => guards.has(value),
  blockOf: (array) => guardOf(array).region.block,
  describe: (array) => guardOf(array).describe(),
  revive: (block, description) => makeSharedArray(reviveGuarded("SharedArray", block, description)),
});

/**
 * A typed array on memory that children share, with a lock. It **is** a typed array of its type:
 * `new SharedArray("i", 3)` is an `Int32Array`, as fast as any other, and as any other it wraps or
 * rounds what is written to its elements. It travels to other children, where it is on the same
 * memory and has the same lock. What its methods make (`map`, `slice`, …) are plain typed arrays; a
 * `subarray` is a {@linkcode RawArray} on the same memory.
 *
 * Reading and writing elements takes no lock, and is what it is in any typed array: the engine may
 * read an element once for a whole loop, and another child may see half of an element of 64 bits.
 * Where a child waits for an element that another writes, both use `Atomics.load(a, i)` and
 * `Atomics.store(a, i, x)`, which take arrays of integers (not `Uint8ClampedArray`). Its `buffer`
 * is all of the memory that children share: it is no business of a program's. A value is a
 * `SharedArray` to `instanceof` in whichever context it was made.
 *
 * @example
 * ```ts
 * import { Process, SharedArray, task } from "@nproc/multiprocessing";
 *
 * export const double = task(import.meta, async (numbers: SharedArray) => {
 *   using _ = await numbers.hold();
 *   for (let i = 0; i < numbers.length; i++) numbers[i]! *= 2;
 * });
 *
 * if (import.meta.main) {
 *   const numbers = new SharedArray("i", [1, 2, 3]);
 *   const child = new Process({ target: double, args: [numbers] });
 *   child.start();
 *   await child.join();
 *   console.log([...numbers]); // [ 2, 4, 6 ]
 * }
 * ```
 */
export const SharedArray: SharedArrayConstructor =
  SharedArrayFactory as unknown as SharedArrayConstructor;
