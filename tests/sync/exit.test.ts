/**
 * A child that has used shared memory ends when it exits, whatever its runtime is doing beside
 * that.
 */

import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { forEachMethod, rounds } from "../harness.ts";
import * as f from "./fixtures.ts";

/** How many at a time: on a busy machine they exit while their code is still being compiled. */
const together = 6;

forEachMethod("A child that exits", (method) => {
  const { Lock, Process } = getContext(method);

  it("ends, while threads of its runtime are at work, and its lock is free", async () => {
    using lock = new Lock();
    const one = async () => {
      const child = new Process({ target: f.exitHolding, args: [lock] });
      child.start();
      assertEquals(await child.join({ timeout: 60_000 }), true, "it has not ended");
      assertEquals(child.exitCode, 3);
    };
    for (let round = 0; round < rounds(2); round++) {
      await Promise.all(Array.from({ length: together }, one));
    }
    assertEquals(await lock.acquire({ timeout: 10_000 }), true);
    lock.release();
  });
});
