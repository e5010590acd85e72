/** Bytes copied into shared memory and out of it, in turns with memory that is not shared. */

import { setStartMethod, SharedArray, SharedMemory } from "@nproc/multiprocessing";
import { timeInTurns } from "../lib/measure.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { sizes } from "./sizes.ts";

async function main(): Promise<void> {
  const { method } = programOptions();
  setStartMethod(method);
  const size = sizes.copied;
  const from = new Uint8Array(size).map((_, i) => i * 7);
  const to = new Uint8Array(size);
  using memory = new SharedMemory({ create: true, size });
  const through = (shared: Uint8Array) => (): Promise<number> => {
    to.fill(0);
    const before = performance.now();
    shared.set(from);
    to.set(shared);
    const time = performance.now() - before;
    expectEqual(to[size - 1], from[size - 1], "The last byte");
    expectEqual(to[0], from[0], "The first byte");
    return Promise.resolve(time);
  };
  const times = await timeInTurns({
    SharedArray: through(new SharedArray("B", size) as unknown as Uint8Array),
    SharedMemory: through(memory.buf),
    bare: through(new Uint8Array(size)),
  }, sizes.rounds);
  memory.unlink();
  for (const [competitor, samples] of Object.entries(times)) {
    printRow({ scenario: "copy", competitor, method, unit: "ms", samples, beside: "bare" });
  }
  endSoon();
}

await main();
