/**
 * The examples show what they must with both start methods. Not `primes`, which keeps all cores
 * busy for seconds; `deno task example` runs that too.
 */

import process from "node:process";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { checkExample, examples, strayChecks } from "../examples/_check.ts";
import { methods, runProgram, runtime, stress } from "./harness.ts";

const speed = 20;

/** They take a minute; Node 24 has shown them in the same run, and `deno task example --all` does so everywhere. */
const ignore = runtime === "node" && !stress && !process.versions.node.startsWith("24.");

async function problemOf(name: string, method: string): Promise<string | undefined> {
  try {
    const file = new URL(`../examples/${name}.ts`, import.meta.url);
    const args = ["--speed", String(speed), "--start-method", method];
    const result = await runProgram(file, { args, timeout: 30_000 });
    const lines = result.stdout.split("\n").slice(0, -1);
    await checkExample(name, { ...result, lines, speed });
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : error}`;
  }
}

describe("the examples", () => {
  for (const method of methods) {
    it(`show what they must [${method}]`, { ignore }, async () => {
      const names = examples().filter((name) => name !== "primes").values();
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
});
