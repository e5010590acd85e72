/**
 * A program that a test runner runs: the runner's modules lie under each call, and what it
 * evaluates is not the text of the modules, which is what a child imports.
 */

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { self, WorkFolder } from "./folder.ts";
import { runtime } from "../harness.ts";

const library = new URL("../../mod.ts", import.meta.url).href;
const words = runtime === "deno" ? ["run", "-A"] : [];

/** A runner as those in `node_modules`: it may export anything, and is not to be run in a child. */
const runner = `
let current = () => {};
export { current };
if (globalThis[Symbol.for("@nproc/multiprocessing.boot")]) throw new Error("the runner runs again");
export function run(test) {
  current = test;
  return current();
}`;

const helper = `export const helper = (x) => x * 100;`;

const work = `
import { Process, task } from "${library}";
import { helper } from "./helper.mjs";
const offset = 7;
export async function work(x, { unit = 'm' } = {}) {
  // What it uses is its module's.
  return helper(x) + offset + unit;
}
export const add = task(import.meta, (x) => x + offset);
export class Sub extends Process {
  n = 1;
  run() {
    if (this.n + helper(1) !== 105) throw new Error("not what it was");
  }
}`;

/** What Vitest makes of `work.mjs`, evaluated as Vitest does it. */
const rewritten = `
const make = (text) => new Function("__vi_import_0__", "Process", "const offset = 7; return " + text)(helpers, Process);
const work = make('async function work(x, { unit = "m" } = {}) {' +
  ' return (0,__vi_import_0__.helper)(x) + offset + unit; }');
const add = task({ url: import.meta.resolve("./work.mjs") }, make("(x)=>x + offset"));
const Sub = make("class Sub extends Process { constructor() { super(...arguments); this.n = 1; }" +
  " run() { if (this.n + (0,__vi_import_0__.helper)(1) !== 105) throw new Error('not what it was'); } }");`;

const native = `import { add, Sub, work } from "./work.mjs";`;

const main = (functions: string) => `
import "./marker.mjs";
import { Pool, Process, task } from "${library}";
import * as helpers from "./helper.mjs";
import { run } from "./node_modules/runner/index.mjs";
// In the file it says: ${native}
${functions}
const here = (x) => x + 1;
await run(async () => {
  const pool = new Pool(1);
  const results = [pool.map(work, [1, 2]), pool.map(add, [1]), pool.map(here, [1]), pool.map(() => 5, [1])];
  const child = new Sub();
  child.n = 5;
  child.start();
  for (const result of results) console.log((await result).join(" "));
  await child.join();
  console.log(child.exitCode);
  await pool.terminate();
});`;

const expected = ["107m 207m", "8", "2", "5", "0"];

describe("A program that a test runner runs", () => {
  const cases = [
    ["as it is", "", native],
    ["rewritten, as Vitest does", "globalThis.__vitest_worker__ = {};", rewritten],
  ] as const;
  for (const [how, marker, functions] of cases) {
    it(`finds its functions in children (${how})`, async () => {
      using folder = new WorkFolder();
      folder.write("node_modules/runner/index.mjs", runner);
      folder.write("helper.mjs", helper);
      folder.write("work.mjs", work);
      folder.write("marker.mjs", marker);
      const guard =
        `if (!globalThis[Symbol.for("@nproc/multiprocessing.boot")]) await import("./main.mjs");`;
      folder.write("main.mjs", main(functions));
      folder.write("start.mjs", guard);
      for (const lines of await folder.linesByMethod([self, ...words, "start.mjs"])) {
        assertEquals(lines, expected);
      }
    });
  }
});
