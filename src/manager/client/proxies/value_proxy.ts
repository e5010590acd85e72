import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call, post } from "./base_proxy.ts";

/**
 * A managed value. Assigning to `value` sends it on its way, in the order of what else is asked of
 * the manager; reading gives a promise. Where somebody else is to be told afterwards,
 * `await set(value)`.
 *
 * @example
 * ```ts
 * import { Manager } from "@nproc/multiprocessing";
 *
 * await using manager = new Manager();
 * const value = manager.Value("i", 1);
 * value.value = 2;
 * console.log(await value.value); // 2
 * ```
 */
export class ValueProxy<T = unknown> extends BaseProxy {
  static {
    defineProxy("Value", (target) => new ValueProxy(target));
  }

  /** The value, as it is when all that was asked before is done. */
  get value(): Promise<T> {
    return this.get();
  }

  /**
   * Gives it another value.
   *
   * @throws {DOMException} A `DataCloneError` if it cannot travel. What fails in the server is told
   * to whoever asks next.
   */
  set value(value: T) {
    post(this, "set", [value]);
  }

  /** The same as reading `value`. */
  get(): Promise<T> {
    return call(this, "get");
  }

  /** As assigning to `value`, and tells when it is done. */
  set(value: T): Promise<void> {
    return call(this, "set", [value]);
  }
}
