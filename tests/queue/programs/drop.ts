/**
 * Drops queues with items in them, and says how much memory was used at the beginning and at the
 * end.
 */

import process from "node:process";
import { getContext, type StartMethod } from "../../../mod.ts";
import { arenaOf } from "../../../src/memory/arena.ts";
import { collectGarbage } from "../../../src/runtime/garbage.ts";

const method = process.argv[2] as StartMethod;
const { Queue, JoinableQueue, SimpleQueue } = getContext(method);

async function round(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    new Queue<Uint8Array>().putNoWait(new Uint8Array(50_000));
    new JoinableQueue<number>().putNoWait(i);
    void new SimpleQueue<number>().put(i);
  }
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const held = new Queue<number>();
held.putNoWait(5);
/** Nobody holds this one but who waits for it. */
const waiting = new Queue<number>(1).get({ timeout: 1000 }).catch((error: Error) => error.name);

for (let i = 0; i < 3; i++) await round();
console.log(String(arenaOf(method).longs[1]));
for (let i = 0; i < 10; i++) await round();
console.log(String(arenaOf(method).longs[1]));
console.log(held.getNoWait(), await waiting);
