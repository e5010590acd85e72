/** A child whose start script leads to no role ends, and its parent is told why. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { methods, runProgram } from "../harness.ts";

const program = new URL("programs/no_role.ts", import.meta.url);

for (const method of methods) {
  const run = async (file: string) => {
    const { code, stdout, stderr } = await runProgram(program, { args: [method, file] });
    assertEquals(code, 0);
    return { stdout, stderr };
  };

  describe(`A child that finds no role [${method}]`, () => {
    it("ends, though what it imported goes on", async () => {
      const { stdout, stderr } = await run("no_role_entry.ts");
      const reason = "Cannot start Lost-1 as it imported file:";
      assertStringIncludes(stdout, `1 ${reason}`);
      assertStringIncludes(stdout, "no_role_entry.ts and nothing there made it a child");
      assertStringIncludes(stderr, reason);
    });

    it("ends when what it imports is not there", async () => {
      const { stdout, stderr } = await run("./not_here.ts");
      assertStringIncludes(stdout, "1 Cannot start Lost-1 as ");
      assertStringIncludes(stderr, "not_here.ts cannot be imported: ");
    });

    it("ends when what it imports fails", async () => {
      const { stdout, stderr } = await run("no_role_failure.ts");
      assertStringIncludes(stdout, "1 Cannot start Lost-1 as ");
      // In a thread the error is the program's own to tell, and this one swallows it.
      if (method === "process") assertStringIncludes(stderr, "cannot be imported: not in here");
    });
  });
}
