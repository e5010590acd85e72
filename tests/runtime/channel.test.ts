// @runs-on every: it is about what the runtime does

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { linesOf, methods, runProgram, runtime } from "../harness.ts";
import { RunningProgram } from "../running.ts";

const program = new URL("programs/others_speak.ts", import.meta.url);

describe("The channel to a child", () => {
  for (const method of methods) {
    it(`carries what others say past us [${method}]`, async () => {
      assertEquals(await linesOf(program, { args: [method] }), ["8 8", "0"]);
    });
  }

  // An unknown tag, a kind and nothing behind it, an outcome that is cut off, an endless number,
  // nothing.
  for (
    const bytes of ["1,200,200", "3", "3,0,0,0,0,0,0,0,0,255,255,0,0,1", "255,255,255,255", ""]
  ) {
    it(`ends a child that damages it, and nothing else: ${bytes || "nothing"}`, async () => {
      const args = ["process", bytes];
      const { code, stdout, stderr } = await runProgram(program, { args });
      assertEquals([code, stdout], [0, "true true\n-9 8\n"]);
      assertStringIncludes(stderr, "PoolWorker-1 (pid ");
      assertStringIncludes(stderr, "Babbler (pid ");
    });
  }

  if (runtime === "node") {
    it("is shared with node --watch, whose children report what they import", async () => {
      await using watched = new RunningProgram(program, ["process"], ["--watch"]);
      await watched.until("Completed running");
      assertStringIncludes(watched.said, "8 8\n0\n");
    });
  }
});
