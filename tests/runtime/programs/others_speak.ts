/**
 * Children that say things over the runtime's own channel, beside ours. Prints what becomes of
 * them.
 */

import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { Pool, Process, setStartMethod, type StartMethod, WorkerLostError } from "../../../mod.ts";

/** Says all kinds of things to whoever listens, as a program says "ready" to its supervisor. */
export async function chat(): Promise<number> {
  const things = [
    "ready",
    { "watch:import": ["file:///x.ts"] },
    { cmd: "NODE_X" },
    null,
    0,
    [],
    new Uint8Array([1, 2, 3]),
    ["@nproc/multiprocessing:to-child", new Uint8Array([3])],
  ];
  for (const thing of things) {
    if (!isMainThread) continue; // A thread has no channel of the runtime's.
    await new Promise((resolve) => process.send!(thing, undefined, undefined, resolve));
  }
  return things.length;
}

/** Sends what bears our mark and makes no sense. */
export async function talkNonsense(bytes: number[]): Promise<void> {
  process.send?.(["@nproc/multiprocessing:to-parent", new Uint8Array(bytes)]);
  await new Promise(() => setInterval(() => {}, 1 << 30));
}

if (import.meta.main) {
  setStartMethod(process.argv[2] as StartMethod);
  const [damaged] = process.argv.slice(3);
  await using pool = new Pool(1);
  if (damaged === undefined) {
    console.log(await pool.apply(chat), await pool.apply(chat));
    const child = new Process({ target: chat });
    child.start();
    await child.join();
    console.log(child.exitCode);
  } else {
    const bytes = damaged.split(",").map(Number);
    const error = await pool.apply(talkNonsense, [bytes]).catch((error) => error);
    console.log(error instanceof WorkerLostError, (error as Error).cause instanceof Error);
    const child = new Process({ target: talkNonsense, args: [bytes], name: "Babbler" });
    child.start();
    await child.join();
    console.log(child.exitCode, await pool.apply(chat));
  }
}
