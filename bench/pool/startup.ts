/**
 * The time from `new Pool(2)` to the first result, in turns with bare children of the same kind:
 * one and two that have loaded this module, and one that has loaded nothing.
 */

import { Pool, setStartMethod } from "@nproc/multiprocessing";
import type { Channel } from "../lib/channel.ts";

export function square(n: number): number {
  return n ** 2;
}

const value = 12;

/** From the start of a number of children until each has answered a message. */
async function startBare(
  open: () => Channel,
  count: number,
): Promise<number> {
  const before = performance.now();
  const channels = Array.from({ length: count }, open);
  const answers = await Promise.all(channels.map((channel) =>
    new Promise((resolve) => {
      channel.onMessage = resolve;
      channel.post(value);
    })
  ));
  const time = performance.now() - before;
  for (const channel of channels) await channel.close();
  if (answers.some((answer) => answer !== square(value))) throw new Error("Wrong answer");
  return time;
}

async function startPool(): Promise<number> {
  const before = performance.now();
  const pool = new Pool(2);
  const answer = await pool.apply(square, [value]);
  const time = performance.now() - before;
  await pool.terminate();
  if (answer !== square(value)) throw new Error("Wrong answer");
  return time;
}

async function main(): Promise<void> {
  // Only here: what a child of the pool loads is what a user's program would be.
  const { openChannel } = await import("../lib/channel.ts");
  const { timeInTurns } = await import("../lib/measure.ts");
  const { printRow } = await import("../lib/row.ts");
  const { rounds } = await import("../lib/rounds.ts");
  const { endSoon, programOptions } = await import("../lib/program.ts");
  const { method } = programOptions();
  setStartMethod(method);
  const open = (file: string) => () => openChannel(method, new URL(file, import.meta.url));
  const times = await timeInTurns({
    "nproc": startPool,
    "bare": () => startBare(open("./loaded_child.ts"), 1),
    "two bare": () => startBare(open("./loaded_child.ts"), 2),
    "empty": () => startBare(open("./child.ts"), 1),
  }, rounds(5));
  for (const [competitor, samples] of Object.entries(times)) {
    printRow({ scenario: "startup", competitor, method, unit: "ms", samples, beside: "bare" });
  }
  endSoon();
}

if (import.meta.main) await main();
