/**
 * Runs the examples, each as a program of its own, and checks that it shows what it must: see
 * `examples/_check.ts`. One that hangs is killed with whatever it has started.
 */

import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { checkExample, examples, strayChecks } from "../examples/_check.ts";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programEnvironment, programFlags, type Runtime } from "./lib/runtimes.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const help = `deno task example [path ...] [options] [-- arguments of the examples]

  path ...                only these examples (pool/apply_async), or those of these folders (pool)
  --runtime a,b           on these of ${runtimeNames.join(", ")} (deno)
  --start-method a,b      with worker, process, or both, instead of the runtime's own
  --all                   on all runtimes with both start methods
  --speed N               so many times as fast as the documents (10)
  --jobs N                examples at a time (2)
  --timeout SECONDS       limit of one example (30, and more if the speed is below 10)
  --verbose               print what the examples print, as one that is run alone does

What arguments make of an example is not checked: it has to end with exit code 0.`;

const { values: options, positionals, tokens } = parseArgs({
  allowPositionals: true,
  tokens: true,
  options: {
    "runtime": { type: "string" },
    "start-method": { type: "string" },
    "all": { type: "boolean", default: false },
    "speed": { type: "string", default: "10" },
    "jobs": { type: "string", default: "2" },
    "timeout": { type: "string" },
    "verbose": { type: "boolean", default: false },
    "help": { type: "boolean", default: false },
  },
});

/** An example, where it is to run, and how. */
interface Job {
  name: string;
  runtime: Runtime;
  /** The start method; left out where it is the runtime's own. */
  method: string | undefined;
}

/** The words before and behind `--`. */
function words(): { names: string[]; passedOn: string[] } {
  const end = tokens.find((token) => token.kind === "option-terminator");
  const names = tokens.filter((token) =>
    token.kind === "positional" && (end === undefined || token.index < end.index)
  );
  return { names: positionals.slice(0, names.length), passedOn: positionals.slice(names.length) };
}

const { names, passedOn } = words();
const speed = Number(options.speed);
const timeout = 1000 * Number(options.timeout ?? 30 * Math.max(1, 10 / speed));

function chosenExamples(): string[] {
  const all = examples();
  if (names.length === 0) return all;
  const found = names.map((name) => {
    const wanted = name.replace(/\.ts$/, "").replace(/\/$/, "");
    return all.filter((other) => other === wanted || other.startsWith(`${wanted}/`));
  });
  const missing = names.find((_, i) => found[i]!.length === 0);
  if (missing !== undefined) throw new RangeError(`Cannot find an example named ${missing}`);
  return [...new Set(found.flat())];
}

function jobs(): Job[] {
  const { runtime, "start-method": method, all } = options;
  const runtimes = chosenRuntimes(runtime ?? (all ? runtimeNames.join(",") : "deno"));
  const missing = runtimes.find(({ path }) => path === "");
  if (missing !== undefined) throw new RangeError(`Cannot find ${missing.name}`);
  const methods = (method ?? (all ? "worker,process" : undefined))?.split(",") ?? [undefined];
  return runtimes.flatMap((runtime) =>
    methods.flatMap((method) => chosenExamples().map((name): Job => ({ name, runtime, method })))
  );
}

/**
 * Runs an example and prints a line about it, and what it printed if that is asked for or wrong.
 */
async function runJob({ name, runtime, method }: Job, live: boolean): Promise<boolean> {
  const file = path.join(root, "examples", `${name}.ts`);
  const flags = ["--speed", options.speed, ...(method ? ["--start-method", method] : [])];
  const args = [...programFlags(runtime.name), file, ...flags, ...passedOn];
  const result = await runCommand(runtime.path, args, {
    cwd: root,
    timeout,
    // The recipes read no arguments: they are to be copied as they are.
    env: { ...programEnvironment(), MULTIPROCESSING_START_METHOD: method },
    ...(live && { onOutput: (text) => process.stdout.write(text) }),
  });
  const { code, stdout, stderr, duration } = result;
  const problems: string[] = [];
  if (result.timedOut) problems.push(`HUNG: killed after ${timeout / 1000} s`);
  else if (passedOn.length > 0) problems.push(...(code === 0 ? [] : [`exit code ${code}`]));
  else {
    const lines = stdout.split("\n").slice(0, -1);
    await checkExample(name, { lines, stderr, code, duration, speed }).catch((error) => {
      problems.push(error instanceof Error ? error.message : String(error));
    });
  }
  if (result.leftovers.length > 0) problems.push(`left behind: ${result.leftovers.join(" | ")}`);

  const good = problems.length === 0;
  if (!live && (!good || options.verbose)) console.log(result.output.trimEnd());
  const where = `${runtime.name}${method === undefined ? "" : `, ${method}`}`;
  const seconds = (duration / 1000).toFixed(1);
  console.log(`${good ? "ok    " : "FAILED"} ${name} on ${where} (${seconds} s)`);
  for (const problem of problems) console.log(`       ${problem.replaceAll("\n", "\n       ")}`);
  return good;
}

async function main(): Promise<boolean> {
  if (!(speed > 0)) {
    throw new RangeError(`--speed must be a number above 0: received ${options.speed}`);
  }
  const all = jobs();
  let failed = 0;
  for (const name of await strayChecks()) {
    failed++;
    console.log(`FAILED ${name}: there is a check, but no example`);
  }
  const left = all.values();
  const runner = async (): Promise<void> => {
    for (const job of left) {
      if (!await runJob(job, all.length === 1)) failed++;
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, runner));
  if (all.length > 1) console.log(`${all.length} examples run, ${failed} failed`);
  return failed === 0;
}

if (options.help) console.log(help);
else process.exitCode = await main() ? 0 : 1;
