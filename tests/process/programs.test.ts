// @runs-on one: it starts many programs

import fs from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { linesOf, methods, runProgram, runtime } from "../harness.ts";
import { Folder } from "./scratch.ts";

const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);

const none = { MULTIPROCESSING_START_METHOD: undefined };

describe("Start methods", () => {
  const own = runtime === "deno" ? "worker" : "process";
  const other = own === "worker" ? "process" : "worker";
  const run = (steps: string[], method?: string): Promise<string[]> =>
    linesOf(program("methods"), { args: steps, env: { MULTIPROCESSING_START_METHOD: method } });

  it("are all there, the runtime's own first, which is the default", async () => {
    assertEquals(await run(["all", "get"]), [`${own},${other}`, own]);
  });

  it("are chosen by the environment", async () => {
    for (const method of methods) {
      assertEquals(await run(["get", "all"], method), [method, `${own},${other}`]);
    }
    assertEquals(await run(["get"], ""), [own]);
  });

  it("are named where the environment names none", async () => {
    const [error, all, forced] = await run(["get", "all", "force worker"], "thread");
    assertMatch(error!, /^TypeError: .*MULTIPROCESSING_START_METHOD.*"thread"/);
    assertEquals([all, forced], [`${own},${other}`, "undefined"]);
  });

  it("are set once, or by force", async () => {
    const lines = await run([
      other,
      "get",
      own,
      "get",
      `force ${own}`,
      "get",
      "wrong",
      "force wrong",
      "get",
    ]);
    assertEquals(lines.filter((_, i) => i !== 2 && i !== 6 && i !== 7), [
      "undefined",
      other,
      other,
      "undefined",
      own,
      own,
    ]);
    assertMatch(lines[2]!, /^Error: .*fixed already/);
    for (const line of [lines[6]!, lines[7]!]) assertMatch(line, /^TypeError: .*"thread"/);
  });

  it("are fixed by asking, as in CPython", async () => {
    const [, refused, after] = await run(["get", other, "get"]);
    assertMatch(refused!, /^Error: .*fixed already/);
    assertEquals(after, own);
    assertMatch((await run(["context", other]))[1]!, /^Error: .*fixed already/);
  });
});

for (const method of methods) {
  describe(`A program [${method}]`, () => {
    const end = (what: string) => runProgram(program("end"), { args: [method, what] });

    it("runs what its main module exports, in all ways to export", async () => {
      const lines = await linesOf(program("exports"), { args: [method] });
      const results = "30 31 32 33 34 35 36 10 -10 37 3628800";
      assertEquals(lines, [results, results]);
    });

    it("runs a subclass that its main module exports", async () => {
      const lines = await linesOf(program("subclass"), { args: [method] });
      assertEquals(lines, ["Adder: 7", "exit code 0"]);
    });

    it("runs what its main module exports as a CommonJS module", async () => {
      using folder = new Folder();
      const main = folder.file("main.cjs");
      fs.writeFileSync(
        main,
        `const { Pool } = require(${
          JSON.stringify(fileURLToPath(new URL("../../mod.ts", import.meta.url)))
        });
        const factor = Number("3");
        function times(x) { return x * factor; }
        const plus = (x) => x + factor;
        exports.times = times;
        module.exports.renamed = plus;
        if (require.main === module) {
          const pool = new Pool(1);
          Promise.all([pool.apply(times, [4]), pool.apply(plus, [4])])
            .then((results) => console.log(results.join(" ")))
            .finally(() => pool.terminate());
        }`,
      );
      const env = { MULTIPROCESSING_START_METHOD: method };
      assertEquals(await linesOf(pathToFileURL(main), { env }), ["12 7"]);
    });

    it("finds its modules in a folder of any name", async () => {
      using folder = new Folder();
      const odd = folder.file("a b (c) #d %20é");
      fs.mkdirSync(odd);
      const add = (name: string, text: string) => fs.writeFileSync(`${odd}/${name}.mjs`, text);
      add(
        "times",
        `const factor = Number("3");
        export const times = (x) => x * factor;
        export const callThrough = async (pool) => { const y = await pool.apply(times, [4]); return y; };`,
      );
      add(
        "main",
        `import { Pool } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
        if (import.meta.main) {
          const { callThrough } = await import("./times" + ".mjs");
          await using pool = new Pool(1);
          console.log(await callThrough(pool));
        }`,
      );
      const env = { MULTIPROCESSING_START_METHOD: method };
      assertEquals(await linesOf(pathToFileURL(`${odd}/main.mjs`), { env }), ["12"]);
    });

    it("with nothing to do ends", async () => {
      assertEquals((await end("nothing")).stdout, "main has ended\n");
    });

    it("waits at its end for children that are no daemons", async () => {
      const { code, stdout } = await end("not waited for");
      assertEquals([code, stdout], [0, "main has ended\nchild has worked\n"]);
    });

    it("does not wait for daemons, and leaves none behind", async () => {
      for (const what of ["daemon", "busy daemon"]) {
        const { code, stdout, duration } = await end(what);
        assertEquals([code, stdout.replace("child spins\n", "")], [0, "main has ended\n"]);
        assertLess(duration, 30_000);
      }
    });

    it("waits for a daemon that it joins", async () => {
      assertEquals((await end("joined daemon")).stdout, "daemon has worked\nmain has ended\n");
    });

    it("waits for a child's end as long as anybody does, whatever others gave up", async () => {
      for (const what of ["daemon joined twice", "daemon's sentinel", "worker joined"]) {
        const { code, stdout } = await end(what);
        assertEquals(code, 0);
        assertMatch(stdout, /worked[^]*main has ended|main has ended[^]*worked/);
      }
    });

    it("leaves no child behind at process.exit() and at an error", async () => {
      const exited = await end("exit with daemon");
      assertEquals([exited.code, exited.stdout], [4, ""]);
      const failed = await end("own error");
      assertEquals(failed.code, 1);
      assertStringIncludes(failed.stderr, "of the main program");
    });

    it("prints a child's uncaught error with its stack, and goes on", async () => {
      const { code, stdout, stderr } = await end("error");
      assertEquals([code, stdout], [0, "exit code 1\nmain has ended\n"]);
      assertStringIncludes(stderr, "Child");
      assertStringIncludes(stderr, "RangeError: nobody catches this");
      assertMatch(stderr, /throwError.*end\.ts/);
    });

    it("prints all of an error that is longer than what a pipe holds", async () => {
      const { stdout, stderr } = await end("long error");
      assertEquals(stdout, "exit code 1\nmain has ended\n");
      assertEquals(/RangeError: (€+)the end/.exec(stderr)?.[1]?.length, 1 << 19);
    });

    it("has children that wait for theirs after an error, too", async () => {
      const lines = async (what: string) => (await end(what)).stdout.split("\n").toSorted();
      const own = ["", "exit code 1", "main has ended"];
      assertEquals(await lines("error of a parent"), [
        ...own.slice(0, 2),
        "grandchild has worked",
        own[2]!,
      ]);
      assertEquals(await lines("error of a daemon's parent"), own);
    });

    it("is told what to do about a closure", async () => {
      const { stdout, stderr } = await end("inline closure");
      assertEquals(stdout, "exit code 1\nmain has ended\n");
      assertMatch(stderr, /ReferenceError: .*closures do not travel.*export.*task\(import\.meta/);
    });

    it("without a guard is told of it, makes no more children and ends", async () => {
      const env = { MULTIPROCESSING_START_METHOD: method };
      const pool = await runProgram(program("no_guard"), { env });
      assertStringIncludes(pool.output, "if (import.meta.main)");
      assertEquals(pool.output.includes("result"), false);
      const single = await runProgram(program("no_guard_process"), { env });
      assertStringIncludes(single.output, "if (import.meta.main)");
      assertEquals(single.stdout, "exit code 1\n");
    });
  });
}

describe("A program that is asked for nothing", () => {
  it("runs the functions of its main module by the default method", async () => {
    const lines = await linesOf(program("../../pool/programs/readme"), { env: none });
    assertEquals(lines, ["[ 0, 1, 4, 9, 16 ]"]);
  });
});
