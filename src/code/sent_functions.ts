/**
 * Functions and classes that were named to other children, so that they come home as the very same:
 * a main module cannot be imported while it runs, and has its functions nevertheless.
 *
 * @module
 * @internal
 */

import type { Named } from "./exporters.ts";

interface Sent {
  readonly value: WeakRef<Named>;
  /** The modules that may export it. */
  readonly modules: readonly string[];
}

const sent = new Map<string, Sent[]>();

/** Notes a function or a class that is sent by the names of modules. */
export function noteSent(value: Named, modules: readonly string[]): void {
  const alive = (sent.get(value.name) ?? []).filter(({ value: other }) => {
    const known = other.deref();
    return known !== undefined && known !== value;
  });
  sent.set(value.name, [...alive, { value: new WeakRef(value), modules }]);
}

/**
 * The one that was sent of this name and may be of one of these modules, unless several are alike.
 */
export function sentBefore(
  name: string,
  modules: readonly string[],
  isMeant: (value: object) => boolean,
): object | undefined {
  const found = (sent.get(name) ?? []).flatMap((entry) => {
    const value = entry.value.deref();
    const isNear = entry.modules.some((url) => modules.includes(url));
    return value !== undefined && isNear && isMeant(value) ? [value] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}
