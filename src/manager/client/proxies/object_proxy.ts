import { bindTarget, defineOtherProxies, type ProxyTarget } from "../../protocol/target.ts";
import { BaseProxy, call, memberOf } from "./base_proxy.ts";

/**
 * A managed object of a class that was given to `register`: its methods, as asynchronous ones.
 * Those whose names begin with `_` are the object's own.
 */
export type ManagedObject<T> =
  & Disposable
  & {
    readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: T[K] extends
      (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
  };

/** What the proxy of a user's object is beneath. */
class ObjectTarget extends BaseProxy {}

/** What JavaScript looks for in any object, and would take for an answer. */
const reserved: ReadonlySet<string> = new Set(["then", "constructor", "toJSON"]);

function newObject(target: ProxyTarget): object {
  const own = new ObjectTarget(target);
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const proxy = new Proxy(own, {
    get(own, key) {
      if (typeof key === "symbol" || reserved.has(key)) {
        return typeof key === "symbol" ? memberOf(own, key) : Reflect.get(own, key);
      }
      let method = methods.get(key);
      if (method === undefined) {
        method = (...args) => call(own, key, args);
        methods.set(key, method);
      }
      return method;
    },
    set(_own, key) {
      throw new TypeError(
        `Cannot set ${String(key)} of a managed object: only its methods can be reached`,
      );
    },
  });
  bindTarget(proxy, target);
  return proxy;
}

defineOtherProxies(newObject);
