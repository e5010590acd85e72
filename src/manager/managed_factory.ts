import type { ManagedObject } from "./client/proxies/object_proxy.ts";

/** The method of a manager that makes objects of a registered type: see `Manager.register`. */
export type ManagedFactory<C> = C extends abstract new (...args: infer A) => infer T
  ? (...args: A) => ManagedObject<T>
  : C extends (...args: infer A) => infer T ? (...args: A) => ManagedObject<Awaited<T>>
  : never;
