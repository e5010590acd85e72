/**
 * Runs the examples, each as a program of its own on the runtime asked for, shows what it prints
 * and checks it: it ends with exit code 0, leaves no process behind, and prints what
 * `examples/_checks/mod.ts` says it must, where that names it.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programFlags, type Runtime } from "./lib/runtimes.ts";
import { environment, root } from "./toolchain.mjs";

const help = `deno task example [path ...] [options] [-- arguments of the example]

  path ...                       only these, such as pool/apply_async
  --runtime a,b                  on these of deno, bun, node24, node26 (deno)
  --start-method worker|process  for all of them, instead of the runtime's own
  --speed N                      times as fast as the documents (10)
  --timeout SECONDS              limit of one example (60)`;

const { values: options, positionals, tokens } = parseArgs({
  allowPositionals: true,
  tokens: true,
  options: {
    "runtime": { type: "string", default: "deno" },
    "start-method": { type: "string" },
    "speed": { type: "string" },
    "timeout": { type: "string", default: "60" },
    "help": { type: "boolean", default: false },
  },
});

/** What an example prints is right, or else this throws. */
type Check = (lines: string[]) => void;

const end = tokens.find((token) => token.kind === "option-terminator");
const isName = (index: number): boolean => end === undefined || index < end.index;
const names = tokens.flatMap((token) =>
  token.kind === "positional" && isName(token.index) ? [token.value.replace(/\.ts$/, "")] : []
);
const passedOn = positionals.slice(names.length);

const folder = path.join(root, "examples");

/** Every example by its path; what begins with `_` is none. */
function examples(): string[] {
  const all = fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/(^|\/)_/.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new RangeError(`Cannot find an example named ${unknown}`);
  return names.length === 0 ? all : names;
}

async function loadChecks(): Promise<Record<string, Check>> {
  const file = path.join(folder, "_checks", "mod.ts");
  if (!fs.existsSync(file)) return {};
  return (await import(pathToFileURL(file).href) as { checks: Record<string, Check> }).checks;
}

async function runExample(runtime: Runtime, name: string, check?: Check): Promise<boolean> {
  const method = options["start-method"];
  const args = [...programFlags(runtime.name), path.join(folder, `${name}.ts`), ...passedOn];
  if (method !== undefined) args.push("--start-method", method);
  if (options.speed !== undefined) args.push("--speed", options.speed);
  console.log(`--- ${name} on ${runtime.name}${method === undefined ? "" : `, ${method}`}`);
  const result = await runCommand(runtime.path, args, {
    cwd: root,
    env: environment(),
    timeout: 1000 * Number(options.timeout),
    onOutput: (text) => process.stdout.write(text),
  });
  const problems: string[] = [];
  if (result.timedOut) problems.push("killed as its time was over");
  else if (result.code !== 0) problems.push(`exit code ${result.code}`);
  if (result.leftovers.length > 0) problems.push(`left behind: ${result.leftovers.join(" | ")}`);
  try {
    check?.(result.stdout.split("\n").slice(0, -1));
  } catch (error) {
    problems.push(String(error));
  }
  if (problems.length > 0) console.log(`FAILED: ${problems.join("; ")}`);
  return problems.length === 0;
}

async function main(): Promise<boolean> {
  const checks = await loadChecks();
  const failed: string[] = [];
  let count = 0;
  for (const runtime of chosenRuntimes(options.runtime!)) {
    if (runtime.path === "") throw new RangeError(`Cannot find ${runtime.name}`);
    for (const name of examples()) {
      count++;
      if (!await runExample(runtime, name, checks[name])) failed.push(`${name} (${runtime.name})`);
    }
  }
  if (count === 1) return failed.length === 0;
  for (const name of failed) console.log(`FAILED: ${name}`);
  console.log(`${count - failed.length} examples as they should be, ${failed.length} not`);
  return failed.length === 0;
}

if (options.help) console.log(help);
else process.exitCode = await main() ? 0 : 1;
