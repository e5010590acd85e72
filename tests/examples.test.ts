// @runs-on one: it starts many programs

/**
 * The examples show what they must, half of them with each start method. Not `primes`, which keeps
 * all cores busy for seconds; `deno task example` runs that too.
 */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { checkExample, examples, strayChecks } from "../examples/_check.ts";
import { runCommand } from "./command.ts";
import { methods, runProgram, stress } from "./harness.ts";

const speed = 20;

async function problemOf(name: string, method: string): Promise<string | undefined> {
  try {
    const file = new URL(`../examples/${name}.ts`, import.meta.url);
    const args = ["--speed", String(speed), "--start-method", method];
    const env = { MULTIPROCESSING_START_METHOD: method };
    const result = await runProgram(file, { args, env, timeout: 30_000 });
    const lines = result.stdout.split("\n").slice(0, -1);
    await checkExample(name, { ...result, lines, speed });
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : error}`;
  }
}

describe("the examples", () => {
  for (const [turn, method] of methods.entries()) {
    it(`show what they must [${method}]`, async () => {
      const all = examples().filter((name) => name !== "primes");
      // Each with one of the methods, in a long run with both.
      const names = all.filter((_, i) => stress || i % 2 === turn).values();
      const problems: string[] = [];
      const runner = async (): Promise<void> => {
        for (const name of names) {
          const problem = await problemOf(name, method);
          if (problem !== undefined) problems.push(problem);
        }
      };
      // Most of their time they sleep: two at a time.
      await Promise.all([runner(), runner()]);
      assertEquals(problems, []);
    });
  }

  it("are all that there are checks of", async () => {
    assertEquals(await strayChecks(), []);
  });

  const hasPython = spawnSync("python3", ["--version"]).status === 0;
  const itInPython = hasPython && process.platform === "linux" ? it : it.ignore;

  itInPython("from_python says what the same program says in Python", async () => {
    const file = new URL("../examples/recipes/from_python.py", import.meta.url);
    const run = await runCommand("python3", [fileURLToPath(file)], { timeout: 30_000 });
    const lines = run.stdout.split("\n").slice(0, -1);
    await checkExample("recipes/from_python", { ...run, lines, speed });
  });
});
