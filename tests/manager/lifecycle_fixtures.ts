/** What children and managed objects do while managers come and go. */

import process from "node:process";
import {
  activeChildren,
  type Connection,
  currentProcess,
  type DictProxy,
  getContext,
  type LockProxy,
  type QueueProxy,
  type SharedArray,
  type StartMethod,
  task,
} from "../../mod.ts";
import { pause } from "../fixtures.ts";

/** Waits for so many items at once, says so, and gives in what ways that ended. */
export async function waitForMany(
  queue: QueueProxy,
  count: number,
  out: Connection,
): Promise<void> {
  const waits = Array.from({ length: count }, () => queue.get());
  const endings = Promise.allSettled(waits);
  await queue.empty();
  await out.send("waiting");
  const names = (await endings).map((end) =>
    end.status === "rejected" ? (end.reason as Error).name : "an item"
  );
  await out.send([...new Set(names), names.length]);
}
task(import.meta, waitForMany);

/** Has a child of this child do it. */
export async function waitForManyBelow(
  method: StartMethod,
  queue: QueueProxy,
  count: number,
  out: Connection,
): Promise<void> {
  const child = new (getContext(method).Process)({
    target: waitForMany,
    args: [queue, count, out],
  });
  child.start();
  await child.join();
}
task(import.meta, waitForManyBelow);

/** Uses a manager of its own, says which process serves it, and ends or stays. */
export async function own(method: StartMethod, stays: boolean, out: Connection): Promise<void> {
  const manager = new (getContext(method).Manager)();
  await manager.dict().size();
  await out.send(activeChildren().map((child) => child.pid));
  if (stays) await pause(600_000);
}
task(import.meta, own);

/** Tries to use a manager of its own, and gives what came of it. */
export async function tryToOwn(method: StartMethod): Promise<string> {
  if (!currentProcess().daemon) throw new Error("expected to be a daemon");
  try {
    return String(await new (getContext(method).Manager)().dict().size());
  } catch (error) {
    return String(error);
  }
}
task(import.meta, tryToOwn);

/** Counts under a managed lock, and then says so in shared memory. */
export async function countUnder(
  lock: LockProxy,
  counts: DictProxy<string, number>,
  rounds: number,
  done: SharedArray<"i">,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    using _ = await lock.hold();
    await counts.set("n", (await counts.get("n") ?? 0) + 1);
  }
  Atomics.add(done.getObj() as Int32Array, 0, 1);
}
task(import.meta, countUnder);

/** An object that misbehaves. */
export class Unruly {
  spin(): void {
    for (;;);
  }
  exit(): void {
    process.exit(3);
  }
  idle(): void {}
}
