/**
 * Rounds of children that are started, killed and signalled, in whatever surroundings this program
 * is started: it says what it leaves behind after each, and at the end how many rounds there were.
 * Its arguments: the start method, the first seed, how many rounds, and the surroundings' name.
 */

import process from "node:process";
import { Manager, Pool, Process, setStartMethod, type StartMethod } from "../../../mod.ts";
import { act, type Step } from "../children_fixtures.ts";
import { Random } from "../random.ts";
import { Remains } from "../remains.ts";
import { Round } from "../round.ts";

/** Rounds whose traces are the runtime's own: what it opens at first use, and keeps. */
const warmUps = 3;

const hanging: Step = { id: 0, deed: "hang", queue: undefined, value: undefined, name: "" };

let seed = 0;

async function runRounds(method: StartMethod, count: number, surroundings: string): Promise<void> {
  const totals: Record<string, number> = {};
  const remains = new Remains(method);
  let memories = 0;
  for (let i = 0; i < count; i++, seed++) {
    const round = new Round(method, new Random(seed), surroundings);
    await round.run();
    memories += round.memories;
    await remains.check(i < warmUps, allowance(method, surroundings, memories));
    for (const [what, times] of Object.entries(round.counts)) {
      totals[what] = (totals[what] ?? 0) + times;
    }
  }
  console.error(JSON.stringify(totals));
}

/**
 * How many descriptors a runtime may keep: those of a thread that was killed while it kept the name
 * of shared memory, and on Deno one of every process that the system has refused.
 */
function allowance(method: StartMethod, surroundings: string, memories: number): number {
  if ("Deno" in globalThis && surroundings === "few processes") return Infinity;
  return method === "worker" ? 2 * memories : 0;
}

/** Ends in the middle of things: none of them may outlive this program. */
function leave(): never {
  try {
    const pool = new Pool(1);
    void pool.applyAsync(act, [hanging]).wait();
    new Process({ target: act, args: [hanging], daemon: true }).start();
    new Manager().list([1]);
  } catch (error) {
    console.error(String(error));
  }
  process.exit(0);
}

function fail(error: unknown): never {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  console.log(`STRESS_SEED=${seed} STRESS_ROUNDS=1 repeats it: ${stack}`);
  process.exit(1);
}

if (import.meta.main) {
  const [method, first, count, surroundings] = process.argv.slice(2);
  seed = Number(first);
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  setStartMethod(method as StartMethod);
  await runRounds(method as StartMethod, Number(count), surroundings!);
  console.log(`${count} rounds`);
  leave();
}
