/** Waits in every way for a while, and has nothing left to do then. */

import process from "node:process";
import { getContext, type Lock, type StartMethod, task } from "../../../mod.ts";

export async function acquireLater(lock: Lock): Promise<void> {
  using _ = await lock.hold({ timeout: 20_000 });
}
task(import.meta, acquireLater);

if (import.meta.main) {
  const method = process.argv[2] as StartMethod;
  const { Lock, Semaphore, Event, Condition, Barrier, Process } = getContext(method);
  const [lock, semaphore, event, barrier] = [
    new Lock(),
    new Semaphore(0),
    new Event(),
    new Barrier(2),
  ];
  const condition = new Condition();
  await lock.acquire();
  const child = new Process({ target: acquireLater, args: [lock] });
  child.start();
  const controller = new AbortController();
  const { signal } = controller;
  const options = { timeout: 30 };
  await Promise.allSettled([
    lock.acquire(options),
    lock.acquire(options),
    semaphore.acquire(options),
    event.wait(options),
    barrier.wait(options),
  ]);
  const aborted = Promise.allSettled([
    lock.hold({ signal }),
    semaphore.acquire({ signal }),
    event.wait({ signal }),
    (async () => {
      using _ = await condition.hold();
      await condition.wait({ signal });
    })(),
  ]);
  setTimeout(() => controller.abort(), 20);
  await aborted;
  lock.acquireSync(options);
  event.waitSync(options);
  lock.release();
  await child.join();
  console.log("all ended");
}
