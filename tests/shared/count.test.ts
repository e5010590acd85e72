// @runs-on every: Node 26 maps memory by itself

/** Counts are exact: what children do under a lock, none of it is lost. */

import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";

const children = [0, 1, 2, 3];

forEachMethod("Four children", (method) => {
  const { Lock, Pool, Process, RawValue, SharedArray, Value } = getContext(method);

  it("add 250,000 each to one value under its lock", async () => {
    using total = new Value("i", 0);
    const processes = children.map(() => new Process({ target: f.count, args: [total, 250_000] }));
    for (const process of processes) process.start();
    for (const process of processes) await process.join();
    assertEquals(processes.map((process) => process.exitCode), [0, 0, 0, 0]);
    assertEquals(total.value, 1_000_000);
  });

  it("add to values of other types, waiting asynchronously, and to elements of an array", async () => {
    using float = new Value("d", 0.5);
    using array = new SharedArray("H", 2);
    await using pool = new Pool(4);
    await Promise.all(children.flatMap((i) => [
      pool.apply(f.countAsync, [float, 500]),
      pool.apply(f.countInArray, [array, i % 2, 5000]),
    ]));
    assertEquals(float.value, 2000.5);
    assertEquals([...array], [10_000, 10_000]);
  });

  it("add to raw values under a lock beside them", async () => {
    using lock = new Lock();
    using value = new RawValue("I");
    await using pool = new Pool(4);
    await Promise.all(children.map(() => pool.apply(f.countUnder, [lock, value, 10_000])));
    assertEquals(value.value, 40_000);
  });
});
