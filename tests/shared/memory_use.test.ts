// @runs-on every: Node 26 maps memory by itself

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertLess } from "@std/assert";
import { getContext } from "../../mod.ts";
import { arenaOf } from "../../src/memory/arena.ts";
import { linesOf, methods, runtime } from "../harness.ts";

/** How far the heap was ever used, in bytes. */
const used = (method: "worker" | "process"): number => Number(arenaOf(method).longs[1]);

const collects = runtime === "node"
  ? ["--expose-gc"]
  : runtime === "deno"
  ? ["-A", "--v8-flags=--expose-gc"]
  : [];

describe("Memory [by name]", () => {
  it("is unmapped when it is closed and nothing of it is held", async () => {
    if (process.platform !== "linux") return;
    const program = new URL("programs/map.ts", import.meta.url);
    assertEquals(await linesOf(program, { flags: collects }), ["3 mapped", "0 50 100"]);
  });
});

for (const method of methods) {
  describe(`Memory [${method}]`, () => {
    it("of what is disposed is used again", () => {
      const { SharedArray, Value } = getContext(method);
      const round = (): void => {
        for (let i = 0; i < 1000; i++) {
          using value = new Value("i", i);
          using array = new SharedArray("d", i);
          assertEquals([value.value, array.length], [i, i]);
        }
      };
      for (let i = 0; i < 3; i++) round();
      const after = used(method);
      for (let i = 0; i < 20; i++) round();
      // 20 rounds take over 40 MB if none is freed. A few blocks rest before they are used again.
      assertLess(used(method) - after, 100_000);
    });

    it("of what is only dropped is used again, and of what is held is not", async () => {
      const program = new URL("programs/drop.ts", import.meta.url);
      const [first, last, held] = await linesOf(program, { flags: collects, args: [method] });
      // 200 rounds of a thousand values take 13 MB if none is freed.
      assert(Number(last) - Number(first) < 2_000_000, `${first} bytes, and at the end ${last}`);
      assertEquals(held, "0 1 2 3 4 5 6 7 8 9 parts: 0 1 2 3 4 5 6 7 8 9");
    });
  });
}
