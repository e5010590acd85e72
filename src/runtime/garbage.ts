/**
 * Collecting garbage at once, for memory that the engine does not count.
 *
 * @module
 * @internal
 */

import v8 from "node:v8";
import vm from "node:vm";

/** What a global scope may have for it. */
interface Scope {
  readonly gc?: () => void;
  readonly Bun?: { gc(sync: boolean): void };
}

/** The engine's own function, once this thread has it. */
let collect: (() => void) | undefined;

/** Has the engine collect garbage, which takes some milliseconds. */
export function collectGarbage(): void {
  collect ??= findCollect();
  collect();
}

function findCollect(): () => void {
  const { gc, Bun } = globalThis as Scope;
  if (Bun !== undefined) return () => Bun.gc(true);
  return gc ?? findInV8();
}

/**
 * The flag is the whole process': another thread may unset it before the context is made here, so
 * that is tried until the function is there. A program that has set the flag has the function, and
 * keeps both.
 */
function findInV8(): () => void {
  let found: (() => void) | undefined;
  while (found === undefined) {
    v8.setFlagsFromString("--expose-gc");
    found = vm.runInNewContext("globalThis.gc");
  }
  v8.setFlagsFromString("--no-expose-gc");
  return found;
}
