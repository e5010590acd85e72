/** What threads do whose ids are looked at. */

import fs from "node:fs";
import process from "node:process";
import { getContext, type RLock, type Semaphore, task } from "../../mod.ts";
import { spinUntil } from "../patience.ts";

const stay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60_000));

export async function doNothing(): Promise<void> {
  await stay();
}
task(import.meta, doNothing);

/** Starts a thread of its own, and stays. */
export async function startAndStay(): Promise<void> {
  const { Process } = getContext("worker");
  new Process({ target: doNothing, daemon: true }).start();
  await stay();
}
task(import.meta, startAndStay);

/** Holds a lock until told otherwise. */
export async function holdUntil(lock: RLock, held: Semaphore, end: Semaphore): Promise<void> {
  using _ = await lock.hold();
  held.release();
  await end.acquire();
}
task(import.meta, holdUntil);

/** Ends by itself when its parent may have ended it already. */
export function exitLate(ready: string, goOn: string): void {
  fs.writeFileSync(ready, "");
  spinUntil(() => fs.existsSync(goOn));
  process.exit(3);
}
task(import.meta, exitLate);

/** Ends with 1 if it is this thread that has the lock, or could have it. */
export function endIfTaken(lock: RLock): void {
  if (lock.tryAcquire()) process.exit(1);
}
task(import.meta, endIfTaken);
