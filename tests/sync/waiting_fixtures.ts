/** What children do that wait. */

import process from "node:process";
import {
  type Acquirable,
  type Barrier,
  BrokenBarrierError,
  type Condition,
  type Event,
  type Lock,
  type RawArray,
  type Semaphore,
  task,
} from "../../mod.ts";
import type { Form } from "../fixtures.ts";

const take = async (it: Acquirable, form: Form): Promise<boolean> =>
  form === "sync" ? it.acquireSync() : await it.acquire();

/** What two children count that pass something to and fro, and that they are to stop. */
export type Rounds = RawArray;
export const stopAt = 2;

/**
 * Takes a turn and gives the other one, until it is told to stop; counts. The lock is taken on the
 * way.
 */
export async function passToAndFro(
  form: Form,
  mine: Semaphore,
  theirs: Semaphore,
  lock: Lock,
  rounds: Rounds,
  index: number,
): Promise<void> {
  while (rounds[stopAt] === 0) {
    await take(mine, form);
    await take(lock, form);
    lock.release();
    theirs.release();
    rounds[index]!++;
  }
  // The other one may have begun a round.
  theirs.release();
}
task(import.meta, passToAndFro);

/** What nobody will let go on. */
export interface Idle {
  readonly lock: Lock;
  readonly semaphore: Semaphore;
  readonly event: Event;
  readonly condition: Condition;
  readonly barrier: Barrier;
}

/** Waits in vain, for so many milliseconds each; gives the share of a core which that took. */
export async function idle(
  { lock, semaphore, event, condition, barrier }: Idle,
  form: Form,
  timeout: number,
): Promise<[name: string, share: number][]> {
  const options = { timeout };
  const isSync = form === "sync";
  const waits: [string, () => unknown][] = [
    ["Lock", () => isSync ? lock.acquireSync(options) : lock.acquire(options)],
    ["Semaphore", () => isSync ? semaphore.acquireSync(options) : semaphore.acquire(options)],
    ["Event", () => isSync ? event.waitSync(options) : event.wait(options)],
    ["Condition", () => isSync ? condition.waitSync(options) : condition.wait(options)],
    ["Barrier", () => isSync ? barrier.waitSync(options) : barrier.wait(options)],
  ];
  const shares: [string, number][] = [];
  for (const [name, wait] of waits) {
    if (name === "Condition") condition.tryAcquire();
    const begun = performance.now();
    const before = process.cpuUsage();
    try {
      if (await wait()) throw new Error(`${name} did not wait`);
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      barrier.reset();
    }
    const { user, system } = process.cpuUsage(before);
    shares.push([name, (user + system) / 1000 / (performance.now() - begun)]);
    if (name === "Condition") condition.release();
  }
  return shares;
}
task(import.meta, idle);

/** Takes and releases a lock without a pause until it is told to stop; counts. */
export async function hammer(
  form: Form,
  lock: Lock,
  ready: Semaphore,
  stop: Event,
): Promise<number> {
  ready.release();
  let count = 0;
  while (!stop.isSet()) {
    await take(lock, form);
    count++;
    lock.release();
  }
  return count;
}
task(import.meta, hammer);

/** Has many tasks add to a sum, each with the lock. */
export async function manyTasks(lock: Lock, sum: RawArray<"i">, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async () => {
    using _ = await lock.hold();
    const before = sum[0]!;
    await null;
    sum[0] = before + 1;
  }));
}
task(import.meta, manyTasks);
