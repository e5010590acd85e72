import { bindTarget, defineProxy, type Target } from "../target.ts";
import { BaseProxy, call, post } from "./base_proxy.ts";

/**
 * A managed namespace: `ns.name = value` sends the value on its way, `await ns.name` asks for it, and
 * `delete ns.name` removes it, all in their order. To read a name that was not set rejects.
 *
 * As in Python, changing what was read changes a copy: assign it again. Every name can be used but
 * `then`, by which JavaScript tells a promise.
 *
 * @example
 * ```ts
 * import { Manager } from "@nproc/multiprocessing";
 *
 * await using manager = new Manager();
 * const ns = manager.Namespace();
 * ns["x"] = 5;
 * console.log(await ns["x"]); // 5
 * ```
 */
export type NamespaceProxy = Disposable & {
  // deno-lint-ignore no-explicit-any -- what is assigned is a value, what is read the promise of one.
  [name: string]: any;
};

/** What a namespace's proxy is beneath. */
class NamespaceTarget extends BaseProxy {}

/** What every object has, and no namespace means. */
const isName = (key: string | symbol): key is string => typeof key === "string" && key !== "then";

const handler: ProxyHandler<NamespaceTarget> = {
  get(own, key) {
    return isName(key) ? call(own, "get", [key]) : ofOwn(own, key);
  },
  set(own, key, value) {
    if (!isName(key)) {
      throw new TypeError(`Cannot set ${String(key)} in a namespace: choose another name`);
    }
    post(own, "set", [key, value]);
    return true;
  },
  deleteProperty(own, key) {
    if (isName(key)) post(own, "delete", [key]);
    return true;
  },
  has: (own, key) => !isName(key) && key in own,
};

/** A member of the proxy itself, which is to be called on that. */
function ofOwn(own: object, key: string | symbol): unknown {
  const member: unknown = Reflect.get(own, key);
  return typeof member === "function" ? member.bind(own) : member;
}

function newNamespace(target: Target): object {
  const own = new NamespaceTarget(target);
  const proxy = new Proxy(own, handler);
  bindTarget(proxy, target);
  return proxy;
}

defineProxy("Namespace", newNamespace);
