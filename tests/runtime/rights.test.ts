import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf } from "../harness.ts";

const program = new URL("programs/rights.ts", import.meta.url);
const isRoot = process.getuid?.() === 0;

describe("A program that gives up root's rights", () => {
  for (const before of ["nothing", "value", "pool"]) {
    const name = `has children that share memory, also if it had a ${before} before`;
    it(name + (isRoot ? "" : " (needs root)"), { ignore: !isRoot }, async () => {
      const lines = await linesOf(program, { args: [before] });
      assertEquals(lines.slice(-3), ["1 3000000 0 0 2", "65534 65534", "2"]);
    });
  }
});
