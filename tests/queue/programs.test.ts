// @runs-on one: it starts many programs

/** Programs with queues: how long they live, and what memory they use. */

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertLess } from "@std/assert";
import { linesOf, methods, runtime } from "../harness.ts";

const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);

const collects = runtime === "node"
  ? ["--expose-gc"]
  : runtime === "deno"
  ? ["-A", "--v8-flags=--expose-gc"]
  : [];

for (const method of methods) {
  describe(`A program with a queue [${method}]`, () => {
    const end = "main has ended";
    const cases: Record<string, string[]> = {
      "only drops its queue": [],
      "waits for a child's item": ["from the child"],
      "has put what nobody gets": [],
      "has a daemon that gets for ever": [],
      "has a child whose loop ends": ["0"],
      "closes its end": ["Cannot use a queue that this child has closed"],
    };
    for (const [what, lines] of Object.entries(cases)) {
      it(`ends: one that ${what}`, async () => {
        const args = [method, what];
        assertEquals(await linesOf(program("lifetime"), { args, timeout: 30_000 }), [
          ...lines,
          end,
        ]);
      });
    }

    it("goes on when it has used up the memory, with what is given back", async () => {
      const why = "the # bytes that children share are used up";
      assertEquals(await linesOf(program("used_up"), { args: [method] }), [
        `true true Full: Cannot put an item as there was no memory for it: ${why}`,
        "put: Full",
        `Full: Cannot put an item as there was no memory for it for # ms: ${why}`,
        `RangeError: Cannot allocate # bytes as ${why}`,
        "0 1 100000 100000",
        "again: 2",
        "small ones in the same memory: true",
        "a large one in theirs: 1000000",
        "done",
      ]);
    });

    it("uses the memory of queues again that were only dropped", async () => {
      const [first, last, rest] = await linesOf(program("drop"), {
        flags: collects,
        args: [method],
      });
      // The queues of 10 rounds take over 100 MB.
      assertLess(Number(last) - Number(first), 20_000_000);
      assertEquals(rest, "5 Empty");
    });
  });
}
