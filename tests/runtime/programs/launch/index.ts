/** What children know of how their program was started: printed by each kind of child. */

import { fork } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker } from "node:worker_threads";
import { getContext, Pool } from "../../../../mod.ts";

/** As a module does that looks at its arguments when it is loaded. */
const early = process.argv.slice(2).join(" ");

/** What a child sees. */
export function surroundings(): unknown {
  const { Deno, preloaded } = globalThis as { Deno?: { args: string[] }; preloaded?: string };
  return {
    script: process.argv[1] && path.basename(process.argv[1]),
    args: [early, process.argv.slice(2).join(" "), (Deno?.args ?? process.argv.slice(2)).join(" ")],
    flags: process.execArgv.filter((flag) => /multiprocessing|^-e|^--input/.test(flag)),
    preloaded,
    variable: process.env["FROM_FILE"],
  };
}

/** Prints what a child of this child sees. */
export async function printNested(): Promise<void> {
  await using pool = new Pool(1);
  console.log(JSON.stringify(await pool.apply(surroundings)));
}

/** What a program and a thread say that a task starts by itself, as a library does. */
export async function startOthers(): Promise<unknown[]> {
  const script = fileURLToPath(new URL("other.mjs", import.meta.url));
  const thread = new Worker(script, { argv: ["thread"] });
  const said = [await firstMessage(thread)];
  await thread.terminate();
  // What a thread of Deno forks does not hear of its channel.
  if (!isMainThread && "Deno" in globalThis) return [...said, "forked"];
  return [...said, await firstMessage(fork(script, ["forked"]))];
}

function firstMessage(child: NodeJS.EventEmitter): Promise<unknown> {
  return new Promise((resolve) => {
    child.once("message", resolve);
    child.once("error", (error) => resolve(String(error)));
    child.once("exit", (code) => resolve(`exit code ${code}`));
  });
}

if (import.meta.main) {
  const [what] = process.argv.slice(2);
  if (what === "chdir") process.chdir("/");
  for (const method of ["worker", "process"] as const) {
    const { Pool, Process } = getContext(method);
    if (what === "nested") {
      const child = new Process({ target: printNested });
      child.start();
      await child.join();
      continue;
    }
    await using pool = new Pool(1);
    console.log(JSON.stringify(await pool.apply(what === "others" ? startOthers : surroundings)));
  }
}
