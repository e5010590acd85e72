import type { Root } from "../../../codec/path.ts";
import { checkWait } from "../../../wait/latch.ts";
import { withCaller } from "../../../pool/caller_stack.ts";
import type { AcquireOptions } from "../../../memory/lock_word.ts";
import { bindTarget, type ProxyTarget, target } from "../../protocol/target.ts";
import { showAs } from "../../../runtime/inspection.ts";

/**
 * Stands for an object that a manager's server holds. Its methods ask the server, in the order of
 * their calls, and reject if it has ended. It travels to other children, to other programs that
 * have connected to the manager, and into other managed objects; everywhere it stands for the same
 * object.
 *
 * The object lives as long as any proxy of it does, anywhere; one that was sent and is never read
 * counts as long as the child lives that has sent it.
 */
export abstract class BaseProxy implements Disposable {
  static {
    showAs<BaseProxy>(this, "Proxy", (proxy) => ({ type: target(proxy).type }));
  }

  /** @internal */
  constructor(target: ProxyTarget) {
    bindTarget(this, target);
  }

  /**
   * Gives the reference up, without waiting for this proxy to be collected; other proxies of the
   * object stay as they are. Methods that are called afterwards reject.
   */
  [Symbol.dispose](): void {
    target(this).release();
  }

  /** What a text shows that it is put into: its type, as asking for more takes time. */
  [Symbol.toPrimitive](): string {
    return `[object ${target(this).type}]`;
  }
}

/**
 * Has the server call a method.
 *
 * @internal
 */
export async function call<T>(
  proxy: object,
  method: string,
  args: readonly unknown[] = [],
  signal?: AbortSignal,
  root?: Root,
): Promise<T> {
  try {
    return await target(proxy).call(method, args, signal, root) as T;
  } catch (error) {
    throw withCaller(error);
  }
}

/**
 * Has the server call a method that may wait, behind the arguments how long.
 *
 * @internal
 */
export async function callPatiently<T>(
  proxy: object,
  method: string,
  args: readonly unknown[],
  options: AcquireOptions,
): Promise<T> {
  // Before anything is on its way.
  checkWait(options);
  const { block, timeout, signal } = options;
  return await call(proxy, method, [...args, { block, timeout }], signal ?? undefined);
}

/**
 * Has the server call a method whose result nobody can wait for. That it fails is seen by the next
 * call.
 *
 * @throws If the arguments cannot travel, or the manager is known to have ended.
 * @internal
 */
export function post(proxy: object, method: string, args: readonly unknown[]): void {
  target(proxy).post(method, args);
}

/**
 * A member of what a `Proxy` stands before, to be called on that. It is no bound function: Node 24
 * refuses such a one where `using` looks for `Symbol.dispose`.
 *
 * @internal
 */
export function memberOf(own: object, key: string | symbol): unknown {
  const member: unknown = Reflect.get(own, key);
  if (typeof member !== "function") return member;
  return (...args: unknown[]): unknown => Reflect.apply(member, own, args);
}
