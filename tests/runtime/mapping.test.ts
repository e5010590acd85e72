// @runs-on every: it is about what the runtime does

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, runtime } from "../harness.ts";

describe("Large mappings", () => {
  const program = new URL("programs/collecting.ts", import.meta.url);
  const mapped = ["3 3 3 3", "3 3 3 3"];

  it("are made in several threads at once, and leave no function behind", async () => {
    assertEquals(await linesOf(program), [...mapped, "1 undefined"]);
  });

  it("leave V8's function to a program that has asked for it", async () => {
    if (runtime !== "node") return console.log("Skipped: only on Node is V8 made to collect");
    const lines = await linesOf(program, { flags: ["--expose-gc"] });
    assertEquals(lines, [...mapped, "1 function"]);
  });
});
