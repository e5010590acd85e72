/**
 * Runs the benches: every program of a suite on every runtime, and Python's beside them, each as a
 * program of its own. Then the tables. How fast anything is decides nothing about the exit code;
 * that a program of ours fails, or that anything gives a wrong result, does.
 */

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { installPeers } from "../bench/lib/peers.ts";
import { type PlacedRow, readRow } from "../bench/lib/row.ts";
import type { BenchProgram, Failure, Suite } from "../bench/lib/suite.ts";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programEnvironment, programFlags } from "./lib/runtimes.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const folder = path.join(root, "bench");

/** The folders of `bench/` that are suites. */
const suiteNames = fs.readdirSync(folder)
  .filter((name) => name !== "lib" && fs.existsSync(path.join(folder, name, "suite.ts")))
  .sort();

const help = `deno task bench [suite ...] [options]

  suite ...           only these of: ${suiteNames.join(", ")}
  --runtime a,b       only on these of ${runtimeNames.join(", ")} ("node" is both)
  --only a,b          only programs whose title contains one of these, such as "nproc (worker)"
  --no-peers          compare with nothing that has to be installed
  --no-python         do not compare with Python
  --json FILE         write what was measured into a file, too
  --timeout SECONDS   limit of one program (60; 12 for a peer)

Every program can be run alone: deno run -A bench/pool/nproc.ts --method worker --scenario one`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "runtime": { type: "string", default: runtimeNames.join(",") },
    "only": { type: "string" },
    "no-peers": { type: "boolean", default: false },
    "no-python": { type: "boolean", default: false },
    "json": { type: "string" },
    "timeout": { type: "string" },
    "help": { type: "boolean", default: false },
  },
});

/** What a suite has given so far. */
interface Collected {
  readonly rows: PlacedRow[];
  readonly failures: Failure[];
  good: boolean;
}

/** The words before a command that keep it on one core; none where that cannot be had. */
const pin = spawnSync("taskset", ["-c", "0", process.execPath, "--version"]).status === 0
  ? ["taskset", "-c", "0"]
  : [];

/** The line of an output that tells the error: the first that names one, or else the last. */
function reasonOf(output: string): string {
  // deno-lint-ignore no-control-regex -- colours are control characters
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const lines = plain.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const found = lines.find((line) => /^(error: |Uncaught |\w*(Error|WrongResult)\b)/.test(line));
  return (found ?? lines.at(-1) ?? "it said nothing").slice(0, 160);
}

/** Runs one program, and takes in its rows. */
async function runProgram(
  on: string,
  command: readonly string[],
  { args, oneCore, title, isPeer }: BenchProgram,
  collected: Collected,
): Promise<void> {
  const [first, ...rest] = [...(oneCore ? pin : []), ...command, ...args] as [string];
  if (
    isPeer && collected.failures.some((failure) => failure.on === on && failure.title === title)
  ) {
    return;
  }
  const timeout = 1000 * Number(options.timeout ?? (isPeer ? 12 : 60));
  const result = await runCommand(first, rest, {
    cwd: root,
    timeout,
    env: programEnvironment(),
  });
  const rows = result.stdout.split("\n").flatMap((line) => readRow(line) ?? []);
  collected.rows.push(...rows.map((row) => ({ ...row, on })));
  const seconds = (result.duration / 1000).toFixed(1);
  console.error(`  ${on}: ${title}, ${rows.map(({ scenario }) => scenario)} (${seconds} s)`);
  if (result.code === 0 && !result.timedOut) return;
  const reason = result.timedOut
    ? `it has not ended after ${timeout / 1000} s`
    : reasonOf(result.stderr);
  collected.failures.push({ on, title, reason, measured: rows.length });
  if (!isPeer || reason.includes("WrongResult")) collected.good = false;
  if (!isPeer) console.error(result.stderr.trimEnd());
}

function isChosen({ title, isPeer }: BenchProgram): boolean {
  if (isPeer && options["no-peers"]) return false;
  return options.only?.split(",").some((part) => title.includes(part)) ?? true;
}

async function runSuite(name: string): Promise<boolean> {
  const url = new URL(`../bench/${name}/suite.ts`, import.meta.url);
  const { suite } = await import(url.href) as { suite: Suite };
  if (suite.needsPeers && !options["no-peers"]) installPeers();
  const collected: Collected = { rows: [], failures: [], good: true };
  const fileOf = ({ file }: BenchProgram): string => path.join(folder, name, file);

  const hasPython = spawnSync("python3", ["--version"]).status === 0;
  for (const program of hasPython && !options["no-python"] ? suite.python : []) {
    await runProgram("python", ["python3", fileOf(program)], program, collected);
  }
  for (const runtime of chosenRuntimes(options.runtime!)) {
    if (runtime.path === "") {
      console.error(`  ${runtime.name}: not found`);
      continue;
    }
    const command = [runtime.path, ...programFlags(runtime.name)];
    for (const program of suite.programs.filter(isChosen)) {
      await runProgram(runtime.name, [...command, fileOf(program)], program, collected);
    }
  }
  console.log(`\n${name}\n\n${suite.report(collected.rows, collected.failures)}`);
  if (pin.length === 0) console.log("\nWithout taskset: one by one was not kept on one core.");
  if (options.json !== undefined) {
    fs.writeFileSync(options.json, JSON.stringify(collected, undefined, 1));
  }
  return collected.good;
}

async function main(): Promise<boolean> {
  const unknown = positionals.find((name) => !suiteNames.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot find a suite named ${unknown}: there are ${suiteNames}`);
  }
  let good = true;
  for (const name of positionals.length === 0 ? suiteNames : positionals) {
    if (!await runSuite(name)) good = false;
  }
  return good;
}

if (options.help) console.log(help);
else process.exitCode = await main() ? 0 : 1;
