/**
 * Makes memory by name, again and again, and says how much of it is mapped when only some is held.
 */

import fs from "node:fs";
import { SharedMemory } from "../../../mod.ts";

const runtime = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };
const collect = runtime.gc ?? (() => runtime.Bun!.gc(true));

const prefix = `nproc-map-${crypto.randomUUID()}`;
/** A mapping is shown under the name that the memory had while it was made. */
const mapped = (): number =>
  fs.readFileSync("/proc/self/maps", "utf8").split("\n").filter((line) =>
    line.includes("/nproc_draft")
  )
    .length;

const held: Uint8Array[] = [];
for (let i = 0; i < 150; i++) {
  using memory = new SharedMemory({ name: `${prefix}-${i}`, create: true, size: 1 << 20 });
  memory.buf.fill(i);
  if (i % 50 === 0) held.push(memory.buf.subarray(5, 10));
}
for (let i = 0; i < 50 && mapped() > held.length; i++) {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(`${mapped()} mapped`);
console.log(...held.map(([first]) => first));
