/**
 * Tries what the README says of this library and of others, each claim on each runtime by a program
 * of its own, and prints a table of it in Markdown.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { chosenRuntimes, programEnvironment, programFlags } from "../../scripts/lib/runtimes.ts";
import { root } from "../../scripts/toolchain.mjs";
import { type CommandResult, runCommand } from "../../tests/command.ts";
import { installPeers, peers } from "../lib/peers.ts";
import type { Method } from "../lib/row.ts";
import { endsByItself, mark } from "./serve.ts";
import { type Cell, markdown } from "./report.ts";
import { titles } from "./titles.ts";
import { typeCheck } from "./types.ts";

const { values: options } = parseArgs({
  options: {
    runtime: { type: "string", default: "node24,deno,bun,node26" },
    library: { type: "string" },
    claim: { type: "string" },
    /** Milliseconds that a program may take. */
    timeout: { type: "string", default: "45000" },
    json: { type: "string" },
  },
});

const methods: Readonly<Record<string, readonly Method[]>> = {
  nproc: ["worker", "process"],
  piscina: ["worker"],
  tinypool: ["worker", "process"],
  workerpool: ["worker", "process"],
  poolifier: ["worker", "process"],
  multithreading: ["worker"],
  python: ["process"],
};

/** A program to run. */
interface Trial {
  readonly library: string;
  readonly on: string;
  readonly method: Method;
  readonly command: readonly [string, ...string[]];
}

function isWanted(option: string | undefined, name: string): boolean {
  return option?.split(",").includes(name) ?? true;
}

function trials(): Trial[] {
  const found: Trial[] = [];
  for (const [library, ways] of Object.entries(methods)) {
    if (!isWanted(options.library, library)) continue;
    const file = path.join(root, "bench/features", library);
    const places: { on: string; command: [string, ...string[]] }[] = library === "python"
      ? [{ on: "python", command: ["python3", `${file}.py`] }]
      : chosenRuntimes(options.runtime).map((runtime) => ({
        on: runtime.name,
        command: [runtime.path, ...programFlags(runtime.name), `${file}.ts`],
      }));
    for (const place of places) {
      for (const method of ways) found.push({ library, method, ...place });
    }
  }
  return found;
}

/** The environment of a program: little memory, where it is to run out of it. */
function environmentOf(claim: string): Record<string, string | undefined> {
  const limit = "--max-old-space-size=64";
  return {
    ...programEnvironment(),
    ...(claim === "memory" && { NODE_OPTIONS: limit, DENO_V8_FLAGS: limit }),
  };
}

/** What is made of how a program went. */
function answerOf(claim: string, result: CommandResult): string {
  const line = result.stdout.split("\n").findLast((line) => line.startsWith(mark));
  const answer = line === undefined ? undefined : JSON.parse(line.slice(mark.length)) as string;
  if (answer === undefined) return result.timedOut ? "hangs" : "error";
  if (answer !== "yes" || !endsByItself.has(claim)) return answer;
  if (result.timedOut) return "never ends";
  if (result.leftovers.length > 0) return "child left";
  return result.code === 0 ? "yes" : "error";
}

async function tryClaim({ command, library, method, on }: Trial, claim: string): Promise<Cell> {
  const [program, ...rest] = command;
  const result = await runCommand(program, [...rest, "--claim", claim, "--method", method], {
    cwd: root,
    timeout: Number(options.timeout),
    env: environmentOf(claim),
  });
  const answer = answerOf(claim, result);
  const seconds = (result.duration / 1000).toFixed(1);
  console.error(`${library} on ${on} (${method}): ${claim}: ${answer} (${seconds} s)`);
  const said = result.output.trim().split("\n").slice(0, 6).join("\n    ");
  if (answer !== "yes") console.error(`    ${said}`);
  return { library, on, method, claim, answer };
}

/** Bun's engine has no limit to its memory that a program could be given. */
function isPossible({ library, on }: Trial, claim: string): boolean {
  return claim !== "memory" || on !== "bun" || library === "python";
}

/** All claims of a library at one place; only the first where it does not run there. */
async function tryAll(trial: Trial): Promise<Cell[]> {
  const cells = [await tryClaim(trial, "runs")];
  // What runs, but does not end, can do the rest.
  const doesRun = ["yes", "never ends", "child left"].includes(cells[0]!.answer);
  for (const claim of doesRun ? Object.keys(titles) : []) {
    if (claim === "runs" || claim === "types" || !isWanted(options.claim, claim)) continue;
    if (isPossible(trial, claim)) cells.push(await tryClaim(trial, claim));
  }
  return cells;
}

/** What a runtime's threads cannot do, whoever starts them: the README says so. */
function isBeyondThreads({ claim, method, on }: Cell): boolean {
  return method === "worker" && (claim === "memory" || claim === "endless" && on === "deno");
}

function isAsPromised(cell: Cell): boolean {
  return cell.library !== "nproc" || cell.answer === "yes" || isBeyondThreads(cell);
}

installPeers();
const cells: Cell[] = [];
for (const trial of trials()) cells.push(...await tryAll(trial));
if (isWanted(options.claim, "types")) {
  for (const library of ["nproc", ...Object.keys(peers)]) {
    if (!isWanted(options.library, library)) continue;
    const answer = typeCheck(library);
    cells.push({ library, on: "node24", method: "worker", claim: "types", answer });
  }
}
if (options.json !== undefined) fs.writeFileSync(options.json, JSON.stringify(cells, null, 1));
console.log(markdown(cells));
process.exitCode = cells.every(isAsPromised) ? 0 : 1;
