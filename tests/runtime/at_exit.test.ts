// @runs-on every: it is about what the runtime does

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../harness.ts";

describe("What is to be done at the end", () => {
  it("needs one listener, however much it is, and is all done", async () => {
    const { stdout, stderr } = await runProgram(new URL("programs/at_exit.ts", import.meta.url));
    assertEquals(stderr.includes("MaxListenersExceededWarning"), false, stderr);
    assertMatch(stderr, /expected: thrown at the end/);
    assertMatch(stdout, /^at most one listener more: true$/m);
    assertMatch(stdout, /^done in order: 1,3,4,5, left behind: false$/m);
  });
});
