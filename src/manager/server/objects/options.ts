/**
 * How long a managed object's method may wait.
 *
 * @module
 * @internal
 */

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
