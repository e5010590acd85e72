import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import { free } from "../memory/allocator.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import {
  type Element,
  type ElementOf,
  elementOf,
  type ElementType,
  type NumberType,
} from "./element_type.ts";
import { type Cells, type OneStep, oneStepOf } from "./one_step.ts";
import { allocateRegion, describeRegion, Region, reviveRegion, viewOf } from "./region.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * Checks what a caller gave for a new value of the class `name`.
 *
 * @internal
 */
export function checkedElement(name: string, type: unknown, initial: unknown): Element {
  const element = elementOf(name, type);
  if (initial === undefined || element.accepts(initial)) return element;
  throw element.refusal(initial, `Cannot make a ${name} as initial`);
}

/**
 * The value of one element at the beginning of a region.
 *
 * @internal
 */
export const rawValueIn = <T extends ElementType>(region: Region): RawValue<T> =>
  fromParts<RawValue<T>>(RawValue, region);

/**
 * A number or bigint that children share, without a lock. It travels to other children, where it is
 * the same value.
 *
 * Each read of `value`, and each write, is one step for every type, as with `Atomics.load` and
 * `Atomics.store`: nobody reads half of what another child writes, and a loop that reads until
 * another child writes ends when it does. `v.value += 1` is two steps: in two children at once it
 * may lose one of the two.
 *
 * @example
 * ```ts
 * import { RawValue } from "@nproc/multiprocessing";
 *
 * const progress = new RawValue("d");
 * progress.value = 0.5;
 * ```
 */
export class RawValue<T extends ElementType = NumberType> {
  readonly #region: Region;
  /** All of the arena, and where in it the value is. */
  readonly #cells: Cells;
  readonly #index: number;
  /** Where the block says whether it is the one of this value still. */
  readonly #words: Int32Array;
  readonly #header: number;
  readonly #serial: number;
  readonly #element: Element;
  readonly #oneStep: OneStep;

  /**
   * Makes a value for children of the context's start method.
   *
   * @param type A typecode, or the class of a typed array: see {@linkcode ElementType}.
   * @param initial What it begins with; 0 if it is left out.
   * @throws {TypeError} If there is no such type, or if `initial` is not a number (a bigint, where
   * the type has bigints).
   * @throws {RangeError} If `initial` is no value of the type, or if the memory is used up.
   * @throws {Error} If this program cannot share memory between processes; the message names the
   * remedy.
   */
  constructor(type: T, initial?: ElementOf<T>);
  constructor(type: T | Region, initial?: ElementOf<T>) {
    const region = type instanceof Region
      ? type
      : allocateRegion(startMethodOf(new.target), checkedElement("RawValue", type, initial), 1);
    const { block, element, offset } = region;
    this.#region = region;
    this.#element = element;
    this.#oneStep = oneStepOf(element);
    this.#cells = viewOf(block.arena, this.#oneStep.cells) as unknown as Cells;
    this.#index = offset / element.array.BYTES_PER_ELEMENT;
    this.#words = block.arena.words;
    this.#header = block.address / 4;
    this.#serial = block.serial;
    if (initial !== undefined) this.#oneStep.store(this.#cells, this.#index, initial as never);
  }

  static {
    showAs<RawValue<ElementType>>(this, "RawValue", ({ value }) => ({ value }));
    registerHandle<RawValue>({
      name: "RawValue",
      module: import.meta.url,
      matches: (value): value is RawValue => #region in value,
      blockOf: (value) => value.#region.block,
      describe: (value) => describeRegion(value.#region),
      revive: (block, description) => rawValueIn(reviveRegion(block, description)),
    });
  }

  /**
   * The value. A number is rounded as the precision of `f` demands; nothing else is changed.
   *
   * @throws {TypeError} If it is set to what is not a number (a bigint, where the type has
   * bigints).
   * @throws {RangeError} If it is set to what is no value of the type: out of its range, or no
   * integer where the type has integers. The value is then what it was.
   * @throws {Error} If it was disposed of.
   */
  get value(): ElementOf<T> {
    this.#check("read");
    return this.#oneStep.load(this.#cells, this.#index) as ElementOf<T>;
  }

  set value(value: ElementOf<T>) {
    this.#check("set");
    if (!this.#element.accepts(value)) throw this.#element.refusal(value, "Cannot set value as it");
    this.#oneStep.store(this.#cells, this.#index, value as never);
  }

  #check(action: string): void {
    if (this.#words[this.#header] === this.#serial) return;
    throw new Error(`Cannot ${action} a value that is disposed`);
  }

  /** Gives the memory back. Whoever uses the value then, in any child, gets an `Error`. */
  [Symbol.dispose](): void {
    free(this.#region.block);
  }
}
