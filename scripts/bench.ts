/**
 * Runs the benches: every program of a suite on every runtime, and Python's beside them, each as a
 * program of its own. Then the tables. Suites that were run whole are kept, and the results that
 * people read are written anew from the last runs of all. How fast anything is decides nothing
 * about the exit code; that a program of ours fails, or that anything gives a wrong result, does.
 */

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import {
  keepMeasurement,
  lastMeasurement,
  loadNow,
  settingHere,
} from "../bench/lib/measurement.ts";
import { installPeers, peers } from "../bench/lib/peers.ts";
import { render } from "../bench/lib/render.ts";
import type { BenchProgram, Suite } from "../bench/lib/suite.ts";
import { canPin, type Collected, runProgram } from "./lib/bench_program.ts";
import { chosenRuntimes, programFlags, type Runtime } from "./lib/runtimes.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const folder = path.join(root, "bench");

/** The folders of `bench/` that are suites, in the order of the results. */
const suiteNames = ["pool", "queue", "sync", "manager"];

const help = `deno task bench [suite ...] [options]

  suite ...           only these of: ${suiteNames.join(", ")}
  --quick             half of the rounds
  --render            measure nothing: write the results of the last runs that were kept
  --runtime a,b       only on these of ${runtimeNames.join(", ")} ("node" is both)
  --only a,b          only programs whose title contains one of these, such as "nproc (worker)"
  --no-peers          compare with nothing that has to be installed
  --no-python         do not compare with Python
  --json FILE         write what was measured into a file, too
  --timeout SECONDS   limit of one program (60; 10 for a peer)

What is run whole, without one of --runtime, --only, --no-peers and --no-python, is kept in
bench/results/, in place of the suite's last run. Then bench/RESULTS.md, the charts, and the table
in README.md are written.

Every program can be run alone: deno run -A bench/pool/nproc.ts --method worker --scenario one`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "runtime": { type: "string", default: runtimeNames.join(",") },
    "quick": { type: "boolean", default: false },
    "render": { type: "boolean", default: false },
    "only": { type: "string" },
    "no-peers": { type: "boolean", default: false },
    "no-python": { type: "boolean", default: false },
    "json": { type: "string" },
    "timeout": { type: "string" },
    "help": { type: "boolean", default: false },
  },
});

const timeout = options.timeout === undefined ? undefined : Number(options.timeout);

/** Whether suites are run as the results want it. */
const isWhole = options.only === undefined && !options["no-peers"] && !options["no-python"] &&
  options.runtime === runtimeNames.join(",");

function isChosen({ title, isPeer }: BenchProgram): boolean {
  if (isPeer && options["no-peers"]) return false;
  return options.only?.split(",").some((part) => title.includes(part)) ?? true;
}

/** What is compared with is installed; where that cannot be done, each that is missing fails. */
function tryToInstallPeers(): void {
  try {
    installPeers();
  } catch (error) {
    console.error(`Cannot install what the benches compare with: ${error}`);
  }
}

/** The version of Python; nothing where there is none. */
function findPython(): string | undefined {
  const { status, stdout } = spawnSync("python3", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim().replace("Python ", "") : undefined;
}

/** Runs all programs of a suite. */
async function collect(
  name: string,
  suite: Suite,
  runtimes: readonly Runtime[],
): Promise<Collected> {
  const collected: Collected = { rows: [], failures: [], good: true };
  const run = async (on: string, command: string[], program: BenchProgram): Promise<void> => {
    const words = [...command, path.join(folder, name, program.file)];
    await runProgram({ on, command: words, program, timeout, isQuick: options.quick }, collected);
  };
  for (const program of python !== undefined && !options["no-python"] ? suite.python : []) {
    await run("python", ["python3"], program);
  }
  for (const runtime of runtimes) {
    const command = [runtime.path, ...programFlags(runtime.name)];
    for (const program of suite.programs.filter(isChosen)) {
      await run(runtime.name, command, program);
    }
  }
  return collected;
}

async function loadSuite(name: string): Promise<Suite> {
  const url = new URL(`../bench/${name}/suite.ts`, import.meta.url);
  return (await import(url.href) as { suite: Suite }).suite;
}

async function runSuite(name: string, runtimes: readonly Runtime[]): Promise<boolean> {
  const suite = await loadSuite(name);
  if (suite.needsPeers && !options["no-peers"]) tryToInstallPeers();
  const [begun, loadBefore] = [new Date().toISOString(), loadNow()];
  const collected = await collect(name, suite, runtimes);
  const { rows, failures, good } = collected;
  console.log(`\n${name}\n\n${suite.report(rows, failures)}`);
  if (!canPin) console.log("\nWithout taskset: one by one was not kept on one core.");
  if (options.json !== undefined) {
    fs.writeFileSync(options.json, JSON.stringify(collected, undefined, 1));
  }
  if (isWhole) {
    const found = Object.fromEntries(runtimes.map((runtime) => [runtime.name, runtime.version]));
    keepMeasurement(name, {
      setting: settingHere({ ...found, ...(python !== undefined && { python }), ...peers }),
      begun,
      ended: new Date().toISOString(),
      loads: [loadBefore, loadNow()],
      isQuick: options.quick,
      failures,
      rows,
    });
  }
  return good;
}

/** Writes the results of the last runs that were kept. */
async function renderAll(): Promise<void> {
  const areas = [];
  for (const suite of suiteNames) {
    const measurement = lastMeasurement(suite);
    if (measurement !== undefined) {
      areas.push({ suite, area: (await loadSuite(suite)).area, measurement });
    }
  }
  render(areas);
}

/** The runtimes that are here; what is not is named. */
function runtimesHere(): Runtime[] {
  const runtimes = chosenRuntimes(options.runtime!);
  for (const { name } of runtimes.filter(({ path }) => path === "")) {
    console.error(`  ${name}: not found`);
  }
  return runtimes.filter(({ path }) => path !== "");
}

const python = findPython();

async function main(): Promise<boolean> {
  const unknown = positionals.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot find a suite named ${unknown}: there are ${suiteNames}`);
  }
  let good = true;
  if (!options.render) {
    const begin = performance.now();
    const runtimes = runtimesHere();
    for (const name of positionals.length === 0 ? suiteNames : positionals) {
      if (!await runSuite(name, runtimes)) good = false;
    }
    console.error(`Measured in ${((performance.now() - begin) / 60_000).toFixed(1)} minutes`);
  }
  if (isWhole || options.render) await renderAll();
  return good;
}

if (options.help) console.log(help);
else process.exitCode = await main() ? 0 : 1;
