/** What suites share: one run for each start method, and the check that nothing is left behind. */

import fs from "node:fs";
import process from "node:process";
import { afterEach, beforeEach, describe } from "@std/testing/bdd";
import { activeChildren, type StartMethod } from "../mod.ts";
import { untilNone } from "./patience.ts";

export { linesOf, type ProgramOptions, runProgram } from "./program.ts";

/** The runtime that runs the tests. */
export const runtime: "deno" | "bun" | "node" = "Deno" in globalThis
  ? "deno"
  : "Bun" in globalThis
  ? "bun"
  : "node";

/** Both start methods. */
export const methods: readonly StartMethod[] = ["worker", "process"];

/** Whether this is a long run (`deno task test:stress`). */
export const stress: boolean = process.env["TEST_STRESS"] === "1";

/** A number of rounds: so many, or fifty times that in a long run. */
export const rounds = (count: number): number => stress ? 50 * count : count;

/** Declares a suite once for each start method, with a check for leaks after every test. */
export function forEachMethod(name: string, fn: (method: StartMethod) => void): void {
  for (const method of methods) {
    describe(`${name} [${method}]`, () => {
      noLeaks();
      fn(method);
    });
  }
}

/** What is there that a test might leave behind, by what to call it. */
type Census = Map<string, number>;

/** How long what is ending may take to end. */
const grace = 5000;

/**
 * After each test of the suite, fails if there is more than there was before it: children of ours,
 * processes that the system shows below this one, and on Node whatever keeps a program alive.
 */
export function noLeaks(): void {
  let before: Census = new Map();
  beforeEach(() => {
    before = census();
  });
  afterEach(async () => {
    const left = await untilNone(() => added(before, census()), grace);
    if (left.length > 0) throw new Error(`The test left behind: ${left.map(described).join(", ")}`);
  });
}

/** What the census calls something, with the command line if it is a process. */
function described(name: string): string {
  const pid = /^process (\d+)$/.exec(name)?.[1];
  return pid === undefined ? name : `${name} (${commandLine(pid)})`;
}

function census(): Census {
  const all = [
    ...activeChildren().map((child) => `child ${child.name}`),
    // By its id alone: a child's command line changes when `setpriv` becomes the runtime.
    ...childProcesses().map((pid) => `process ${pid}`),
    ...resources().map((type) => `resource ${type}`),
  ];
  return new Map(Map.groupBy(all, (name) => name).entries().map(([k, v]) => [k, v.length]));
}

const added = (before: Census, now: Census): string[] =>
  [...now].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0);
    return more > 0 ? [more > 1 ? `${more} of ${name}` : name] : [];
  });

/** The processes whose parent is this one, as Linux tells. */
function childProcesses(): string[] {
  if (process.platform !== "linux") return [];
  return fs.readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      const children = fs.readFileSync(`/proc/self/task/${thread}/children`, "utf8");
      return children.split(" ").filter((pid) => pid !== "" && isAlive(pid));
    } catch {
      return []; // The thread has ended meanwhile.
    }
  });
}

/** Whether a process still runs: one that ended stays in the list until its parent has asked. */
function isAlive(pid: string): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return !["Z", "X", ""].includes(stat.slice(stat.lastIndexOf(")") + 2).charAt(0));
}

const commandLine = (pid: string): string =>
  read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim().slice(0, 200);

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Where a program writes to is no leak: it is opened before it is counted. */
void [process.stdout, process.stderr].map((stream) => stream.writable);

/** What keeps Node from ending. The others do not tell; of them a program that hangs does. */
function resources(): string[] {
  return runtime === "node" ? process.getActiveResourcesInfo() : [];
}
