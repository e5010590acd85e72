/**
 * Runs the tests on every runtime, one after another, each file as a program of its own: a hang
 * ends with the name of its file, and what a file leaves behind is seen and counted against it.
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type CommandResult, runCommand } from "../tests/command.ts";
import { chosenRuntimes, programEnvironment, type Runtime } from "./lib/runtimes.ts";
import { probeStd } from "./lib/std.ts";
import { type Counts, type Std, testCommand } from "./lib/test_commands.ts";
import { keepDurations, readDurations, recordDurations } from "./lib/test_durations.ts";
import { filesFor, longestFirst, placementOf } from "./lib/test_plan.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const help = `deno task test [path ...] [options]

  path ...                only the test files whose path contains one of these
  --filter TEXT           only tests whose name, or a suite's around it, contains this text
  --runtime a,b           only on these of ${runtimeNames.join(", ")} ("node" is both)
  --std real|standin      which @std to use on Deno (real where JSR answers; others use stand-ins)
  --jobs N                files at a time (2, where there are so many processors)
  --stress                many more rounds and seeds
  --file-timeout SECONDS  limit of one file (240; under stress 900)
  --timeout SECONDS       limit of one runtime (1200; under stress 7200)
  --verbose               print what every file prints, not only the failed ones
  --keep-durations        run nothing: write what the last runs took to scripts/test_durations.json`;

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    "filter": { type: "string" },
    "runtime": { type: "string", default: runtimeNames.join(",") },
    "std": { type: "string" },
    "jobs": { type: "string", default: String(Math.min(2, os.availableParallelism())) },
    "stress": { type: "boolean", default: false },
    "file-timeout": { type: "string" },
    "timeout": { type: "string" },
    "verbose": { type: "boolean", default: false },
    "keep-durations": { type: "boolean", default: false },
    "help": { type: "boolean", default: false },
  },
});
const fileTimeout = 1000 * Number(options["file-timeout"] ?? (options.stress ? 900 : 240));
const runtimeTimeout = 1000 * Number(options.timeout ?? (options.stress ? 7200 : 1200));
/** A folder for reports, which is removed at the end. */
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "tests-"));

/** Files that run on one runtime by turns begin with another one in each run. */
const turn = Math.floor(Math.random() * 1000);

/** The files that are to run on a runtime, the longest first. */
function planFor(runtime: Runtime, all: readonly Runtime[], files: readonly string[]): string[] {
  const durations = readDurations();
  const isThere = (wanted: string): boolean =>
    all.some(({ name, path }) => name === wanted && path !== "");
  const isEverything = !options.stress && options.filter === undefined && parts.length === 0 &&
    ["deno", "bun", "node24"].every(isThere);
  if (!isEverything) return longestFirst(runtime.name, files, durations);
  const placed = new Map(files.map((file) => {
    return [file, placementOf(file, fs.readFileSync(path.join(root, file), "utf8"))];
  }));
  const chosen = filesFor(runtime.name, placed, durations, turn);
  console.log(`  ${files.length - chosen.length} files are left to other runtimes`);
  return longestFirst(runtime.name, chosen, durations);
}

/** The test files whose path contains one of these parts; without parts, all of them. */
function testFiles(parts: readonly string[]): string[] {
  const all = fs.readdirSync(path.join(root, "tests"), { recursive: true, encoding: "utf8" });
  return all
    .map((file) => path.posix.join("tests", file.replaceAll("\\", "/")))
    // Below programs/ are files that tests run.
    .filter((file) => file.endsWith(".test.ts") && !/\/(node_modules|programs)\//.test(file))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort();
}

/** Where and how a runtime runs its files. */
interface Run {
  runtime: Runtime;
  std: Std;
  /** When the time for the runtime is over. */
  deadline: number;
  /** How many seconds each file took that passed. */
  seconds: Record<string, number>;
}

/** Runs one file and prints a line about it, or everything it said when something is wrong. */
async function runFile({ runtime, std, deadline, seconds }: Run, file: string): Promise<Counts> {
  const report = path.join(scratch, `${runtime.name}-${file.replaceAll("/", "-")}.xml`);
  const { filter } = options;
  const { args, count } = testCommand(runtime.name, file, { std, report, filter });
  const timeout = Math.min(fileTimeout, deadline - performance.now());
  if (timeout <= 0) {
    console.log(`  FAILED ${file}: not begun, the time for ${runtime.name} is over`);
    return { passed: 0, failed: 1, ignored: 0 };
  }
  const env = {
    ...programEnvironment(),
    TEST_STRESS: options.stress ? "1" : undefined,
    TEST_FILTER: filter,
  };
  const result = await runCommand(runtime.path, args, { cwd: root, timeout, env });
  const counted = count(result.output);
  const counts = counted ?? { passed: 0, failed: 0, ignored: 0 };
  const problems = problemsOf(result, counted, timeout);
  counts.failed += problems.length;
  if (counts.failed > 0 || options.verbose) console.log(result.output.trimEnd());
  if (filter === undefined || counts.passed + counts.failed > 0) {
    console.log(lineAbout(file, counts, result.duration, problems));
  }
  if (counts.failed === 0) seconds[file] = result.duration / 1000;
  return counts;
}

/** What is wrong with a run of a file beside its failed tests. */
function problemsOf(
  { code, timedOut, leftovers }: CommandResult,
  counts: Counts | undefined,
  timeout: number,
): string[] {
  const problems: string[] = [];
  const isEmpty = counts !== undefined && counts.passed + counts.failed + counts.ignored === 0;
  if (timedOut) problems.push(`HUNG: killed after ${Math.round(timeout / 1000)} s`);
  else if (counts === undefined) problems.push(`ended early with exit code ${code}`);
  else if (isEmpty && options.filter === undefined) problems.push("no test was run");
  else if (!isEmpty && code !== 0 && counts.failed === 0) problems.push(`exit code ${code}`);
  if (leftovers.length > 0) problems.push(`left behind: ${leftovers.join(" | ")}`);
  return problems;
}

/** The line about a file that was run. */
function lineAbout(file: string, counts: Counts, duration: number, problems: string[]): string {
  const verdict = counts.failed === 0 ? "ok    " : "FAILED";
  const numbers = `${counts.passed} passed, ${counts.failed} failed` +
    (counts.ignored > 0 ? `, ${counts.ignored} ignored` : "");
  const seconds = (duration / 1000).toFixed(1);
  return `  ${verdict} ${file}: ${numbers} (${seconds} s) ${problems.join("; ")}`.trimEnd();
}

/** Runs files on a runtime, so many at a time, and records how long each took. */
async function runAll(runtime: Runtime, files: string[], std: Std): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0, ignored: 0 };
  const run: Run = { runtime, std, deadline: performance.now() + runtimeTimeout, seconds: {} };
  const left = files.values();
  const runner = async (): Promise<void> => {
    for (const file of left) {
      const counts = await runFile(run, file);
      for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, runner));
  // What a file takes under stress, in part or with its coverage says nothing about a usual run.
  const isUsual = !options.stress && options.filter === undefined;
  if (isUsual && process.env["NODE_V8_COVERAGE"] === undefined) record(runtime, run.seconds);
  return total;
}

function record({ name }: Runtime, seconds: Record<string, number>): void {
  const entries = Object.entries(seconds).map(([file, value]) => [file, { [name]: value }]);
  recordDurations(Object.fromEntries(entries));
}

async function main(): Promise<boolean> {
  const files = testFiles(parts);
  if (files.length === 0) throw new RangeError("Cannot find a test file of that name");
  const summary: string[] = [];
  const sum: Counts = { passed: 0, failed: 0, ignored: 0 };
  let real: Std | undefined;
  const runtimes = chosenRuntimes(options.runtime!);
  for (const runtime of runtimes) {
    if (runtime.path === "") {
      // Node 24 and 26 stand for "Node"; npm brings them for one platform only.
      const fatal = !runtime.name.startsWith("node");
      summary.push(`${runtime.name}: not found`);
      if (fatal) sum.failed++;
      continue;
    }
    let std: Std = "standin";
    if (runtime.name === "deno") {
      // The real `bdd` makes one test of a suite, so Deno cannot choose among the tests in it.
      const usual = options.filter === undefined ? undefined : "standin";
      std = real ??= options.std as Std ?? usual ?? await probeStd(runtime.path);
    }
    const title = `${runtime.name} ${runtime.version}, @std: ${
      std === "real" ? "real" : "stand-in"
    }`;
    console.log(title);
    const counts = await runAll(runtime, planFor(runtime, runtimes, files), std);
    if (counts.passed + counts.failed === 0) {
      counts.failed++;
      console.log("  FAILED: no test was run");
    }
    summary.push(
      `${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.ignored} ignored`,
    );
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
  }
  console.log(["", ...summary, `${sum.passed} passed, ${sum.failed} failed`].join("\n"));
  return sum.failed === 0 && sum.passed > 0;
}

try {
  if (options.help) console.log(help);
  else if (options["keep-durations"]) keepDurations(testFiles([]));
  else process.exitCode = await main() ? 0 : 1;
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
