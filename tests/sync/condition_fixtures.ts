/** What other children do with a condition. */

import { type Condition, type Semaphore, task } from "../../mod.ts";
import type { Form } from "../fixtures.ts";

/** Waits once; tells, with the lock held, that it is about to. */
export async function waitOnce(
  condition: Condition,
  form: Form,
  here: Semaphore,
  options: { timeout?: number },
): Promise<boolean> {
  await condition.acquire();
  here.release();
  const told = form === "sync" ? condition.waitSync(options) : await condition.wait(options);
  condition.release();
  return told;
}
task(import.meta, waitOnce);

export async function notifyOnce(condition: Condition): Promise<void> {
  using _ = await condition.hold();
  condition.notify();
}
task(import.meta, notifyOnce);

/** Waits until a semaphore's count is so high. */
export async function waitForCount(
  condition: Condition,
  form: Form,
  count: Semaphore,
  wanted: number,
): Promise<string | false> {
  using _ = await condition.hold();
  const predicate = (): string | false => count.getValue() >= wanted && `count ${count.getValue()}`;
  return form === "sync" ? condition.waitForSync(predicate) : await condition.waitFor(predicate);
}
task(import.meta, waitForCount);
