/** Adds to a number in named memory, together with as many other programs as it is told. */

import process from "node:process";
import { SharedMemory } from "../../../mod.ts";

const [name, times, programs] = process.argv.slice(2);
const memory = new SharedMemory({ name: name! });
const words = new Int32Array(memory.buf.buffer, memory.buf.byteOffset, 2);

// All begin at once, so that they add at the same time.
Atomics.add(words, 1, 1);
const until = performance.now() + 20_000;
while (Atomics.load(words, 1) < Number(programs)) {
  if (performance.now() > until) throw new Error("The other programs did not come");
}
for (let i = 0; i < Number(times); i++) Atomics.add(words, 0, 1);
memory.close();
