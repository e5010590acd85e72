// @runs-on one: it asks nothing of a runtime

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertThrows } from "@std/assert";
import { merged } from "../../scripts/lib/test_durations.ts";
import {
  filesFor,
  longestFirst,
  type Placement,
  placementOf,
} from "../../scripts/lib/test_plan.ts";

const main = ["deno", "bun", "node24"];

describe("where a test file runs", () => {
  it("is said in its first line", () => {
    assertEquals(placementOf("a.test.ts", "// @runs-on one: it takes long\n\nimport x;"), "one");
  });

  it("is Deno, Bun and Node 24 where nothing is said", () => {
    assertEquals(placementOf("a.test.ts", "/** A suite. */\n"), "main");
  });

  it("must be a known word, with a reason, in the first line", () => {
    for (
      const text of [
        "// @runs-on all: it should\n",
        "// @runs-on one\n",
        "// @runs-on\n",
        "import x;\n// @runs-on one: it takes long\n",
        "// @runs-on one: it takes long\n// @runs-on bun: it is fast there\n",
      ]
    ) {
      assertThrows(() => placementOf("a.test.ts", text), SyntaxError, "in a.test.ts");
    }
  });
});

describe("the files of a runtime", () => {
  it("are its own, and those of all", () => {
    const placed = new Map<string, Placement>([
      ["bun", "bun"],
      ["every", "every"],
      ["main", "main"],
      ["node26", "node26"],
    ]);
    const of = (runtime: string) => filesFor(runtime, placed, {}, 0);
    assertEquals(of("deno"), ["every", "main"]);
    assertEquals(of("bun"), ["bun", "every", "main"]);
    assertEquals(of("node24"), ["every", "main"]);
    assertEquals(of("node26"), ["every", "node26"]);
  });

  it("are by turns those of one runtime", () => {
    const files = ["a", "b", "c", "d", "e", "f"];
    const placed = new Map(files.map((file): [string, Placement] => [file, "one"]));
    const durations = Object.fromEntries(files.map((file, i) => [file, { deno: i }]));
    for (const file of files) {
      const runtimes = [0, 1, 2].map((turn) =>
        main.filter((runtime) => filesFor(runtime, placed, durations, turn).includes(file))
      );
      // On one in each run, and on all of them in three runs.
      assertEquals(runtimes.map((names) => names.length), [1, 1, 1], file);
      assertEquals(runtimes.flat().sort(), [...main].sort(), file);
      assertEquals(filesFor("node26", placed, durations, 0), []);
    }
    // Each has one of the three longest: neighbours in this order go to different runtimes.
    for (const runtime of main) {
      const long = filesFor(runtime, placed, durations, 0).filter((file) => "def".includes(file));
      assertEquals(long.length, 1, runtime);
    }
  });
});

describe("the order of test files", () => {
  it("is by duration on that runtime, what nobody has measured first", () => {
    const durations = { a: { bun: 1, deno: 3 }, b: { bun: 2, deno: 2 }, c: { bun: 3 } };
    assertEquals(longestFirst("bun", ["a", "b", "c", "d"], durations), ["d", "c", "b", "a"]);
    assertEquals(longestFirst("deno", ["a", "b", "c", "d"], durations), ["c", "d", "a", "b"]);
  });

  it("comes from the last measurement of each file on each runtime", () => {
    const typical = { a: { bun: 1, deno: 1 }, b: { bun: 1 } };
    assertEquals(merged(typical, { a: { deno: 2 }, c: { bun: 3 } }), {
      a: { bun: 1, deno: 2 },
      b: { bun: 1 },
      c: { bun: 3 },
    });
  });
});
