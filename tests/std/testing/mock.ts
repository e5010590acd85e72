/** Stands in for the parts of `@std/testing/mock` that tests use. */

import { AssertionError } from "../assert.ts";

/** One call of a spy. */
export interface SpyCall<Args extends unknown[], Return> {
  args: Args;
  returned?: Return;
  error?: unknown;
}

/** A function that remembers its calls. */
export interface Spy<Args extends unknown[], Return> {
  (...args: Args): Return;
  /** All calls, the first one first. */
  calls: SpyCall<Args, Return>[];
}

/** Wraps a function so that its calls are remembered; without one, does nothing but that. */
export function spy(): Spy<unknown[], undefined>;
/** Wraps a function so that its calls are remembered. */
export function spy<Args extends unknown[], Return>(
  fn: (...args: Args) => Return,
): Spy<Args, Return>;
export function spy<Args extends unknown[], Return>(
  fn?: (...args: Args) => Return,
): Spy<Args, Return | undefined> {
  const calls: SpyCall<Args, Return | undefined>[] = [];
  const spied = (...args: Args): Return | undefined => {
    const call: SpyCall<Args, Return | undefined> = { args };
    calls.push(call);
    try {
      return call.returned = fn?.(...args);
    } catch (error) {
      call.error = error;
      throw error;
    }
  };
  return Object.assign(spied, { calls });
}

/** Fails unless the spy was called that many times. */
export function assertSpyCalls<Args extends unknown[], Return>(
  spied: Spy<Args, Return>,
  expectedCalls: number,
): void {
  if (spied.calls.length === expectedCalls) return;
  throw new AssertionError(
    `Spy not called as much as expected: ${spied.calls.length} calls, not ${expectedCalls}`,
  );
}
