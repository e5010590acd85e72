/** What other children do with a barrier. */

import { type Barrier, BrokenBarrierError, task } from "../../mod.ts";
import type { Form } from "../fixtures.ts";

/** Waits, and gives which arrival it was, or -1 if the barrier is broken. */
export async function arrive(barrier: Barrier, form: Form, timeout?: number): Promise<number> {
  const options = timeout === undefined ? {} : { timeout };
  try {
    return form === "sync" ? barrier.waitSync(options) : await barrier.wait(options);
  } catch (error) {
    if (error instanceof BrokenBarrierError) return -1;
    throw error;
  }
}
task(import.meta, arrive);

/** An action that tells that it was run. */
export function fail(): never {
  throw new RangeError("expected: the action was run");
}
task(import.meta, fail);
