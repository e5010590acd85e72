import { bindTarget, defineProxy, type ProxyTarget } from "../../protocol/target.ts";
import { BaseProxy, call, memberOf, post } from "./base_proxy.ts";

/**
 * A managed namespace: `ns.name = value` sends the value on its way, `await ns.name` asks for it,
 * and `delete ns.name` removes it, all in their order. Where somebody else is to be told
 * afterwards, read the name first. To read a name that was not set rejects.
 *
 * As in Python, changing what was read changes a copy: assign it again. Every name can be used but
 * `then` and `toJSON`, for which JavaScript looks in any object.
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

/** What JavaScript looks for in any object, and would take for an answer. */
const reserved: ReadonlySet<string> = new Set(["then", "toJSON"]);

/** What is not a name is the proxy's own. */
const isName = (key: string | symbol): key is string =>
  typeof key === "string" && !reserved.has(key);

const handler: ProxyHandler<NamespaceTarget> = {
  get(own, key) {
    return isName(key) ? call(own, "get", [key]) : memberOf(own, key);
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

function newNamespace(target: ProxyTarget): object {
  const own = new NamespaceTarget(target);
  const proxy = new Proxy(own, handler);
  bindTarget(proxy, target);
  return proxy;
}

defineProxy("Namespace", newNamespace);
