/**
 * Drops values and arrays for long, and says how much memory was used at the beginning and at the
 * end.
 */

import process from "node:process";
import { getContext, type StartMethod } from "../../../mod.ts";
import { arenaOf } from "../../../src/memory/arena.ts";
import { collectGarbage } from "../../../src/runtime/garbage.ts";

const method = process.argv[2] as StartMethod;
const { RawArray, SharedArray, Value } = getContext(method);

function drop(): void {
  for (let i = 0; i < 500; i++) {
    new Value("i", i);
    new SharedArray("d", i % 20);
  }
}

/** Collects, and lets go on what waits for that. */
async function settle(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const held = Array.from({ length: 10 }, (_, i) => new Value("i", i));
// Nothing but a part of a part holds these.
const parts = held.map((_, i) => new RawArray("i", [-1, -1, i, -1]).subarray(1).subarray(1, 2));

for (let i = 0; i < 20; i++) {
  drop();
  if (i % 10 === 0) await settle();
}
console.log(String(arenaOf(method).longs[1]));
for (let i = 0; i < 200; i++) {
  drop();
  if (i % 10 === 0) await settle();
}
console.log(String(arenaOf(method).longs[1]));
console.log(...held.map(({ value }) => value), "parts:", ...parts.map(([first]) => first));
