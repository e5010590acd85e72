// @runs-on every: V8 clones and encodes differently from version to version

import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { getContext, type Pool } from "../../mod.ts";
import { forEachMethod, methods, noLeaks, runProgram } from "../harness.ts";
import { makePool } from "../pool/make_pool.ts";
import * as f from "../codec/class_fixtures.ts";

forEachMethod("An instance of an exported class that nobody registered", (method) => {
  const { Queue } = getContext(method);
  let pool: Pool;
  beforeAll(() => pool = makePool(method));
  afterAll(() => pool.terminate());

  it("keeps its class, there and back", async () => {
    const moved = await pool.apply(f.move, [new f.Point(3, 4)]);
    assertInstanceOf(moved, f.Point);
    assertEquals(moved.length, 10);
    assertInstanceOf(await pool.apply(f.makePoint), f.Point);
  });

  it("keeps it also if it extends a built-in class", async () => {
    const counts = await pool.apply(f.count, [["a", "b", "a"]]);
    assertInstanceOf(counts, f.Counts);
    assertEquals([counts.most, counts.size], ["a", 2]);
  });

  it("keeps it if it is thrown", async () => {
    const error = await assertRejects(() => pool.apply(f.fail), f.Failure, "failed");
    assertEquals([error.name, error.code, error.isBad], ["Failure", 7, true]);
    assertEquals(Object.keys(error), ["code"]);
  });

  it("keeps it in a queue", async () => {
    using queue = new Queue<f.Point>();
    await queue.put(new f.Point(3, 4));
    assertEquals((await queue.get()).length, 5);
  });

  it("is of that class, and of no other of its name", async () => {
    const other = f.makeOther();
    assertEquals(await pool.apply(f.describe, [other]), ["Object", ["y"]]);
  });
});

describe("An instance of a class", () => {
  noLeaks();
  for (const method of methods) {
    it(`keeps it if the main module exports that, and is warned of once if not [${method}]`, async () => {
      const program = new URL("programs/classes.ts", import.meta.url);
      const { stdout, stderr, code } = await runProgram(program, { args: [method] });
      assertEquals([stdout.split("\n").slice(0, -1), code], [
        ["there 5", "back true", "plain Object", "plain Object"],
        0,
      ]);
      const warnings = stderr.split("\n").filter((line) => line.includes("class Unexported"));
      assertEquals(warnings.length, 1, stderr);
      assert(warnings[0]!.includes("registerClass(import.meta, Unexported)"));
      assert(!stderr.includes("class Point"), stderr);
    });
  }
});
