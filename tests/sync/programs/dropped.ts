/**
 * Makes many primitives and drops them, or disposes of them; prints how much of the memory was ever
 * used.
 */

import process from "node:process";
import { getContext, type StartMethod } from "../../../mod.ts";
import { arenaOf, countersAt } from "../../../src/memory/arena.ts";

const method = process.argv[2] as StartMethod;
const { Lock, RLock, Semaphore, BoundedSemaphore, Event, Condition, Barrier } = getContext(method);
const makers = [
  () => new Lock(),
  () => new RLock(),
  () => new Semaphore(1),
  () => new BoundedSemaphore(1),
  () => new Event(),
  () => new Condition(),
  () => new Barrier(2),
];

/** The parts of a runtime that collect garbage on demand. */
const collectors = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };
const collect = (): void => collectors.Bun ? collectors.Bun.gc(true) : collectors.gc!();

const used = (): number => Number(arenaOf(method).longs[countersAt / 8 + 1]);

async function rounds(use: (primitive: Disposable) => void): Promise<number[]> {
  const seen: number[] = [];
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 2000; i++) use(makers[i % makers.length]!());
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      collect();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push(used());
  }
  return seen;
}

const dropped = await rounds(() => {});
console.log(`dropped: ${JSON.stringify(dropped)}`);
const disposed = await rounds((primitive) => primitive[Symbol.dispose]());
console.log(`disposed: ${JSON.stringify(disposed)}`);
