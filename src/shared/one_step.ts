/**
 * Reading and setting one element in one step: by `Atomics`, so that no child sees half of what
 * another has written, a loop that reads until another child writes does see it, and what was
 * written before is seen as well. `Atomics` takes integers alone: floats go by their bits.
 *
 * @module
 * @internal
 */

import type { AnyArrayClass, Element } from "./element_type.ts";

/**
 * A typed array of integers, which are all that `Atomics` takes: of any class, though the type
 * tells one.
 */
export type Cells = Int32Array;

/** How the elements of a type are read and set. */
export interface OneStep {
  /** The typed array whose elements stand at the same places, and which `Atomics` takes. */
  readonly cells: AnyArrayClass;
  load(cells: Cells, index: number): unknown;
  /** `value` is one that the type accepts. */
  store(cells: Cells, index: number, value: never): void;
}

const asItIs = (cells: unknown): OneStep => ({
  cells: cells as AnyArrayClass,
  load: (cells, index) => Atomics.load(cells, index),
  store: (cells, index, value) => void Atomics.store(cells, index, value),
});

/** A float of that class, as an integer of another class that has as many bits. */
function byItsBits(floats: unknown, integers: unknown): OneStep {
  const bits: Cells = new (integers as Int32ArrayConstructor)(1);
  const float = new (floats as Float64ArrayConstructor)(bits.buffer);
  return {
    cells: integers as AnyArrayClass,
    load: (cells, index) => {
      bits[0] = Atomics.load(cells, index);
      return float[0];
    },
    store: (cells, index, value) => {
      float[0] = value;
      Atomics.store(cells, index, bits[0]!);
    },
  };
}

const others = new Map<unknown, OneStep>([
  // What it accepts needs no clamping.
  [Uint8ClampedArray, asItIs(Uint8Array)],
  [Float16Array, byItsBits(Float16Array, Uint16Array)],
  [Float32Array, byItsBits(Float32Array, Int32Array)],
  [Float64Array, byItsBits(Float64Array, BigInt64Array)],
]);
const known = new Map<Element, OneStep>();

/** How the elements of a type are read and set in one step. */
export function oneStepOf(element: Element): OneStep {
  const found = known.get(element) ?? others.get(element.array) ?? asItIs(element.array);
  known.set(element, found);
  return found;
}
