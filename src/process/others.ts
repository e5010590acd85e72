/**
 * Whom a child waits for at its end: children of its own that are no daemons.
 *
 * @module
 * @internal
 */

/** Where the module that starts such children was not loaded, there are none. */
let wait = (): Promise<unknown> => Promise.resolve();

/** Says how they are waited for. */
export function onEnd(untilOthersEnd: () => Promise<unknown>): void {
  wait = untilOthersEnd;
}

/** Waits until they have ended. */
export function untilOthersEnd(): Promise<unknown> {
  return wait();
}
