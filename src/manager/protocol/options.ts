/**
 * What of the options of a call gets to the server.
 *
 * @module
 * @internal
 */

import type { FunctionReference } from "../../code/function_reference.ts";
import type { PoolOptions } from "../../pool/options.ts";

/** How long to wait: what of the caller's options gets to the server. */
export interface Patience {
  readonly block?: boolean | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/** Milliseconds to wait; 0: not at all; `undefined`: for ever. */
export function limitOf({ block = true, timeout }: Patience = {}): number | undefined {
  return block ? timeout : 0;
}

/** How to sort a list. */
export interface SortOptions {
  /** The greatest first. */
  readonly reverse?: boolean | undefined;
  /** What of an item is compared: a `task()`, as it travels to the server. */
  readonly key?: ((item: never) => unknown) | undefined;
}

/** What of a pool's options gets to the server. */
export interface RemotePoolOptions extends Omit<PoolOptions, "initializer"> {
  readonly initializer?: FunctionReference | undefined;
}
