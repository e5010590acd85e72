import { fromParts } from "../from_parts.ts";
import { registerHandle } from "../handles/handle.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import type { Acquirable } from "../sync/acquirable.ts";
import type { ElementOf, ElementType, NumberType } from "./element_type.ts";
import { allocateGuarded, Guarded, type LockOptions, reviveGuarded } from "./guarded.ts";
import { checkedElement, type RawValue, rawValueIn } from "./raw_value.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * A number or bigint that children share, with a lock. It travels to other children, where it is
 * the same value.
 *
 * Each read of `value`, and each write, is one step for every type, as with `Atomics.load` and
 * `Atomics.store`, and takes no lock. `v.value += 1` is two steps, so it needs the lock to be
 * exact.
 *
 * @example
 * ```ts
 * import { Process, task, Value } from "@nproc/multiprocessing";
 *
 * export const count = task(import.meta, (total: Value, n: number) => {
 *   for (let i = 0; i < n; i++) {
 *     using _ = total.holdSync();
 *     total.value += 1;
 *   }
 * });
 *
 * if (import.meta.main) {
 *   const total = new Value("i", 0);
 *   const children = [1, 2].map(() => new Process({ target: count, args: [total, 1000] }));
 *   for (const child of children) child.start();
 *   for (const child of children) await child.join();
 *   console.log(total.value); // 2000
 * }
 * ```
 */
export class Value<T extends ElementType = NumberType> {
  readonly #guarded: Guarded;
  readonly #raw: RawValue<T>;

  /**
   * Makes a value for children of the context's start method.
   *
   * @param type A typecode, or the class of a typed array: see {@linkcode ElementType}.
   * @param initial What it begins with; 0 if it is left out.
   * @param options `lock` is the lock to use, or `false` for none; a new `RLock` if it is left out.
   * @throws {TypeError} If there is no such type, if `initial` is not a number (a bigint, where the
   * type has bigints), or if `lock` is neither a boolean nor a lock.
   * @throws {RangeError} If `initial` is no value of the type, or if the memory is used up.
   * @throws {Error} If `lock` is for children of another start method, or if this program cannot
   * share memory between processes; the message names the remedy.
   */
  constructor(type: T, initial?: ElementOf<T>, options?: LockOptions);
  constructor(type: T | Guarded, initial?: ElementOf<T>, options?: LockOptions) {
    if (type instanceof Guarded) this.#guarded = type;
    else {
      const element = checkedElement("Value", type, initial);
      this.#guarded = allocateGuarded("Value", startMethodOf(new.target), element, 1, options);
    }
    this.#raw = rawValueIn<T>(this.#guarded.region);
    if (initial !== undefined) this.#raw.value = initial;
  }

  static {
    showAs<Value<ElementType>>(this, "Value", ({ value }) => ({ value }));
    registerHandle<Value>({
      name: "Value",
      module: import.meta.url,
      matches: (value): value is Value => #guarded in value,
      blockOf: (value) => value.#guarded.region.block,
      describe: (value) => value.#guarded.describe(),
      revive: (block, description) =>
        fromParts<Value>(Value, reviveGuarded("Value", block, description)),
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
    return this.#raw.value;
  }

  set value(value: ElementOf<T>) {
    this.#raw.value = value;
  }

  /**
   * The lock: the `RLock` that was made for it, or the one that was given.
   *
   * @throws {Error} If it was made with `lock: false`.
   */
  getLock(): Acquirable {
    return this.#guarded.lock;
  }

  /** The same value without the lock. */
  getObj(): RawValue<T> {
    return this.#raw;
  }

  /**
   * Acquires the lock, and gives what releases it: `using _ = await v.hold()`.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws The signal's reason, if that is aborted first.
   * @throws {Error} If there is no lock, or if the value is disposed of.
   */
  async hold(options?: WaitOptions): Promise<Disposable> {
    return await this.#guarded.lock.hold(options);
  }

  /**
   * Does what `hold` does with this thread blocked meanwhile.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws {Error} If there is no lock, or if the value is disposed of.
   */
  holdSync(options?: Omit<WaitOptions, "signal">): Disposable {
    return this.#guarded.lock.holdSync(options);
  }

  /**
   * Gives the memory back, with that of a lock of its own. Whoever uses the value then, or waits
   * for that lock, in any child, gets an `Error`.
   */
  [Symbol.dispose](): void {
    this.#guarded.dispose();
  }
}
