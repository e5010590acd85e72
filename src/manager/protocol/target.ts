/**
 * What a proxy stands for: an object of a server, as it is reached from here.
 *
 * @module
 * @internal
 */

import type { Root } from "../../codec/path.ts";

/** An object that a proxy stands for. */
export interface ProxyTarget {
  /** The name of its type, as both sides know it. */
  readonly type: string;
  /**
   * Calls a method. The arguments are taken at once, calls begin in their order. `root`: what a
   * refusal calls what is in them, `args` if nothing else.
   *
   * @throws Whatever the method throws; the signal's reason, if that is aborted and the method had
   * not done anything yet.
   */
  call(
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
    root?: Root,
  ): Promise<unknown>;
  /**
   * Calls a method whose result nobody waits for.
   *
   * @throws If the arguments cannot travel, or there is nobody to call any more.
   */
  post(method: string, args: readonly unknown[]): void;
  /** Whether another is known to stand for the same object. */
  isSame(other: ProxyTarget): boolean;
  /** Gives the reference up. */
  release(): void;
}

const targets = new WeakMap<object, ProxyTarget>();

/** Makes an object the proxy of a target. */
export function bindTarget(proxy: object, target: ProxyTarget): void {
  targets.set(proxy, target);
}

/** What an object is a proxy of, if it is one. */
export function targetOf(value: object): ProxyTarget | undefined {
  return targets.get(value);
}

/** What a proxy stands for. */
export function target(proxy: object): ProxyTarget {
  return targets.get(proxy)!;
}

const makers = new Map<string, (target: ProxyTarget) => object>();

/** Says how proxies of a type are made. */
export function defineProxy(type: string, make: (target: ProxyTarget) => object): void {
  makers.set(type, make);
}

let makeOther: (target: ProxyTarget) => object;

/** Says how proxies of all other types are made, which are the users'. */
export function defineOtherProxies(make: (target: ProxyTarget) => object): void {
  makeOther = make;
}

/** Makes a proxy. */
export function makeProxy(target: ProxyTarget): object {
  return (makers.get(target.type) ?? makeOther)(target);
}
