// @runs-on one: it starts many programs

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { linesOf, methods, runProgram, runtime } from "../harness.ts";

const gcFlags = { deno: ["-A", "--v8-flags=--expose-gc"], bun: [], node: ["--expose-gc"] }[runtime];

const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);

for (const method of methods) {
  describe(`A program with a pool [${method}]`, () => {
    const run = (what: string): Promise<string[]> =>
      linesOf(program("lifetime"), { args: [method, what], timeout: 30_000 });
    const end = "main has ended";

    it("is the one of the documentation, which prints its squares", async () => {
      const env = { MULTIPROCESSING_START_METHOD: method };
      assertEquals(await linesOf(program("readme"), { env }), ["[ 0, 1, 4, 9, 16 ]"]);
    });

    it("ends although the pool was only dropped", async () => {
      assertEquals(await run("dropped"), [end]);
      assertEquals(await run("dropped after use"), ["[ 1, 4, 9 ]", end]);
      assertEquals(await run("garbage"), [end]);
      assertEquals(await run("ends while idle"), [end]);
    });

    it("lets the workers of a pool end that nobody can reach any more", async () => {
      const lines = await linesOf(program("collected"), { args: [method], flags: gcFlags });
      assertEquals(lines, ["map 0", "imap 0", "imap that was left 0"]);
    });

    it("ends although nobody waited for what is pending, and leaves no busy child", async () => {
      assertEquals(await run("pending"), [end]);
      assertEquals(await run("busy"), [end]);
      assertEquals(await run("closed"), [end]);
    });

    it("lives as long as somebody waits for a result", async () => {
      assertEquals(await run("awaited later"), [end, "got 9"]);
      assertEquals(await run("waited for"), [end, "got it"]);
      assertEquals(await run("next"), [end, "got 25"]);
      assertEquals(await run("joined"), [end, "got 16", "joined"]);
    });

    it("ends once the last wait for a result is over", async () => {
      assertEquals(await run("timed out"), ["TimeoutError", end]);
    });

    it("does not end of an error that nobody asked for", async () => {
      assertEquals(await run("unheard error"), ["[ 4 ]", end]);
    });

    it("leaves no child behind at process.exit()", async () => {
      const { code, stdout } = await runProgram(program("lifetime"), { args: [method, "exit"] });
      assertEquals([code, stdout], [6, "9\n"]);
    });

    it("shows what its workers print", async () => {
      const { code, stdout } = await runProgram(program("lifetime"), { args: [method, "output"] });
      assertEquals(code, 0);
      for (const line of ["1", "2", "3", end]) assertStringIncludes(stdout, `${line}\n`);
    });
  });
}
