/**
 * Runs the tests on every runtime, one after another, each file as a program of its own: a hang
 * ends with the name of its file, and what a file leaves behind is seen and counted against it.
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programEnvironment, type Runtime } from "./lib/runtimes.ts";
import { probeStd } from "./lib/std.ts";
import { type Counts, type Std, testCommand } from "./lib/test_commands.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const help = `deno task test [path ...] [options]

  path ...                only the test files whose path contains one of these
  --runtime a,b           only on these of ${runtimeNames.join(", ")} ("node" is both)
  --std real|standin      which @std to use on Deno (real where JSR answers; others use stand-ins)
  --jobs N                files at a time (2, where there are so many processors)
  --stress                many more rounds and seeds
  --file-timeout SECONDS  limit of one file (240; under stress 900)
  --timeout SECONDS       limit of one runtime (1200; under stress 7200)
  --verbose               print what every file prints, not only the failed ones`;

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    "runtime": { type: "string", default: runtimeNames.join(",") },
    "std": { type: "string" },
    "jobs": { type: "string", default: String(Math.min(2, os.availableParallelism())) },
    "stress": { type: "boolean", default: false },
    "file-timeout": { type: "string" },
    "timeout": { type: "string" },
    "verbose": { type: "boolean", default: false },
    "help": { type: "boolean", default: false },
  },
});
const fileTimeout = 1000 * Number(options["file-timeout"] ?? (options.stress ? 900 : 240));
const runtimeTimeout = 1000 * Number(options.timeout ?? (options.stress ? 7200 : 1200));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "tests-"));

/**
 * Where Node 26 differs from Node 24 is below the pools, queues and managers: it maps memory by itself, and its
 * engine is another. In a run of everything it shows what these folders and files ask, and of the rest Node 24
 * has shown all when it comes. With `--stress`, or asked for by name, all run on both.
 */
const askOfNode26: readonly RegExp[] = [
  /^tests\/(codec|memory|shared)\//,
  /^tests\/channel\/(record_queue|pipe)\./,
  /^tests\/process\/(context|permissions)\./,
  /^tests\/runtime\/(at_exit|channel|environment|flags|mapping|memory_file|thread_id)\./,
  /^tests\/sync\/(event|lock|semaphore)\./,
  /^tests\/(futures\/future|manager\/values|pool\/(map|values)|queue\/(queue|handles))\./,
];

/** Of those, what takes long and asks the same of any Node. */
const longFiles: ReadonlySet<string> = new Set([
  "codec/function_value",
  "memory/small_memory",
].map((name) => `tests/${name}.test.ts`));

/**
 * The files that take long as they wait for back-offs and limits, or bundle much, and ask nothing that
 * differs between the runtimes: in a run of everything Bun, whose children start fastest, shows them for all.
 */
const sameEverywhere: ReadonlySet<string> = new Set([
  "manager/disconnect",
  "pool/dying",
  "pool/init_timeout",
  "pool/refused_map",
  "pool/replacements",
].map((name) => `tests/${name}.test.ts`));

/**
 * Rounds of kills and of random work, and suites of many programs whose parts other suites ask of each runtime,
 * all of which take long: one of the runtimes has each, by turns.
 */
const roundOf: ReadonlySet<string> = new Set([
  "channel/streams_ends",
  "futures/executor",
  "handles/lifetimes",
  "manager/lifecycle",
  "memory/small_memory",
  "package/install",
  "pool/programs",
  "process/programs",
  "queue/children",
  "queue/programs",
  "runtime/altered",
  "stress/children",
  "stress/kills",
  "stress/manager",
  "stress/queue",
  "stress/sync_kills",
  "sync/travel",
  "sync/waiting",
].map((name) => `tests/${name}.test.ts`));
/** Bundlers run on Node, whatever runs what they have made. */
const bundlers = "tests/package/bundlers.test.ts";
const turn = Math.floor(Math.random() * 1000);

const isLeftTo24 = (file: string): boolean =>
  longFiles.has(file) || !askOfNode26.some((pattern) => pattern.test(file));

/** The files for one of the runtimes that are to run. */
function filesFor(runtime: Runtime, all: readonly Runtime[], files: readonly string[]): string[] {
  const isThere = (wanted: string): boolean =>
    all.some(({ name, path }) => name === wanted && path !== "");
  const isEverything = !options.stress && filters.length === 0;
  if (!isEverything || !isThere("node24") || !isThere("bun")) return [...files];
  const main = all.filter(({ name }) => name !== "node26");
  const isOthersTurn = (file: string): boolean =>
    roundOf.has(file) && main[(files.indexOf(file) + turn) % main.length]!.name !== runtime.name;
  const isLeft = (file: string): boolean =>
    isOthersTurn(file) ||
    (runtime.name !== "bun" && sameEverywhere.has(file)) ||
    (runtime.name !== "node24" && file === bundlers) ||
    (runtime.name === "node26" && isLeftTo24(file));
  const chosen = files.filter((file) => !isLeft(file));
  console.log(`  ${files.length - chosen.length} files are left to other runtimes`);
  return chosen;
}

function testFiles(): string[] {
  const all = fs.readdirSync(path.join(root, "tests"), { recursive: true, encoding: "utf8" });
  return all
    .map((file) => path.posix.join("tests", file.replaceAll("\\", "/")))
    .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
}

/** Runs one file and prints a line about it, or everything it said when something is wrong. */
async function runFile(
  runtime: Runtime,
  file: string,
  std: Std,
  deadline: number,
): Promise<Counts> {
  const report = path.join(scratch, `${runtime.name}-${file.replaceAll("/", "-")}.xml`);
  const { args, count } = testCommand(runtime.name, file, std, report);
  const timeout = Math.min(fileTimeout, deadline - performance.now());
  if (timeout <= 0) {
    console.log(`  FAILED ${file}: not begun, the time for ${runtime.name} is over`);
    return { passed: 0, failed: 1, ignored: 0 };
  }
  const result = await runCommand(runtime.path, args, {
    cwd: root,
    timeout,
    env: {
      ...programEnvironment(),
      TEST_STRESS: options.stress ? "1" : undefined,
    },
  });
  const counted = count(result.output);
  const counts = counted ?? { passed: 0, failed: 0, ignored: 0 };
  const problems: string[] = [];
  if (result.timedOut) problems.push(`HUNG: killed after ${Math.round(timeout / 1000)} s`);
  else if (counted === undefined) problems.push(`ended early with exit code ${result.code}`);
  else if (counts.passed + counts.failed + counts.ignored === 0) problems.push("no test was run");
  else if (result.code !== 0 && counts.failed === 0) problems.push(`exit code ${result.code}`);
  if (result.leftovers.length > 0) problems.push(`left behind: ${result.leftovers.join(" | ")}`);
  counts.failed += problems.length;

  const verdict = counts.failed === 0 ? "ok    " : "FAILED";
  const numbers = `${counts.passed} passed, ${counts.failed} failed` +
    (counts.ignored > 0 ? `, ${counts.ignored} ignored` : "");
  const seconds = (result.duration / 1000).toFixed(1);
  if (counts.failed > 0 || options.verbose) console.log(result.output.trimEnd());
  console.log(`  ${verdict} ${file}: ${numbers} (${seconds} s) ${problems.join("; ")}`.trimEnd());
  return counts;
}

async function runAll(runtime: Runtime, files: string[], std: Std): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0, ignored: 0 };
  const deadline = performance.now() + runtimeTimeout;
  const left = files.values();
  const runner = async (): Promise<void> => {
    for (const file of left) {
      const counts = await runFile(runtime, file, std, deadline);
      for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, runner));
  return total;
}

async function main(): Promise<boolean> {
  const files = testFiles();
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
      std = real ??= options.std as Std ?? await probeStd(runtime.path);
    }
    const title = `${runtime.name} ${runtime.version}, @std: ${
      std === "real" ? "real" : "stand-in"
    }`;
    console.log(title);
    const counts = await runAll(runtime, filesFor(runtime, runtimes, files), std);
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

if (options.help) {
  console.log(help);
} else {
  try {
    process.exitCode = await main() ? 0 : 1;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
