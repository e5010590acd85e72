// @runs-on node24: bundlers run on Node

/**
 * A program of tasks gives the same, with both start methods, whichever bundler of npm's has made
 * it.
 */

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { findRuntime, root } from "../../scripts/toolchain.mjs";
import { runCommand } from "../command.ts";
import { methods, runtime } from "../harness.ts";
import { expected, self, WorkFolder } from "./folder.ts";

const programs = "tests/package/programs";
const flags = runtime === "deno" ? ["run", "-A"] : [];
let folder: WorkFolder;
beforeAll(() => {
  folder = new WorkFolder();
  folder.linkKoffi();
});
afterAll(() => folder[Symbol.dispose]());

/** Has bundlers bundle a program, all at once. They run on Node, as most know no other runtime. */
async function bundle(bundlers: readonly string[], program: string, base = root): Promise<void> {
  const node = findRuntime("node24") ?? findRuntime("node26");
  const input = path.join(base, programs, program);
  const build = fileURLToPath(new URL("programs/build.mjs", import.meta.url));
  const words = [node!.path, build, folder.path, ...bundlers.map((name) => `${name}=${input}`)];
  await folder.run(words);
}

const linesOf = (bundler: string) => folder.linesByMethod([self, ...flags, `${bundler}.mjs`]);

describe("A program runs that is bundled by", () => {
  for (const bundlers of [["rollup", "rolldown", "vite", "tsup"], ["webpack", "webpack-split"]]) {
    it(bundlers.join(", "), async () => {
      await bundle(bundlers, "tasks.ts");
      for (const bundler of bundlers) {
        assertEquals(await linesOf(bundler), [expected, expected], bundler);
      }
    });
  }
});

describe("A program in whose bundle import.meta.url is the source's", () => {
  it("runs where the sources are", async () => {
    await bundle(["webpack-plain"], "elsewhere.ts");
    const lines = ["tasks: 11 12 13", "error: true"];
    assertEquals(await linesOf("webpack-plain"), [lines, lines]);
  });

  it("says so where they are not", async () => {
    const moved = folder.file("moved");
    for (const name of ["mod.ts", "src", programs]) {
      fs.cpSync(path.join(root, name), path.join(moved, name), { recursive: true });
    }
    await bundle(["webpack-moved"], "elsewhere.ts", moved);
    fs.rmSync(moved, { recursive: true });
    for (const method of methods) {
      const env = { MULTIPROCESSING_START_METHOD: method };
      const options = { cwd: folder.path, env, timeout: 60_000 };
      const result = await runCommand(self, [...flags, "webpack-moved.mjs"], options);
      assertEquals([result.code, result.timedOut, result.leftovers], [1, false, []]);
      assertStringIncludes(result.stderr, "cannot be imported");
      assertMatch(
        result.stderr,
        /WorkerLostError: (No worker can be started|The pool has given up)/,
      );
    }
  });
});
