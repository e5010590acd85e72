// @runs-on bun: it mostly waits, and children start fastest on Bun

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { activeChildren, type PoolOptions, TimeoutError } from "../../mod.ts";
import { spin } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { Folder, linesIn, until } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

forEachMethod("A pool's workers", (method) => {
  for (
    const [kind, initializer] of [["waits", f.initializeForEver], ["never yields", f.spinForEver]]
  ) {
    it(`are killed at initTimeout, and everything rejected: one that ${kind}`, async () => {
      using folder = new Folder();
      const initArgs = [folder.file("file")];
      const options = { processes: 2, initializer, initArgs, initTimeout: 300 };
      await using pool = makePool(method, options as PoolOptions);
      const results = [pool.apply(f.square, [1]), pool.map(f.square, [1, 2, 3])];
      for (const result of results) {
        const error = await assertRejects(() => result, TimeoutError);
        assertMatch(
          error.message,
          /^The initializer of PoolWorker-\d+ \(pid \d+\) has not ended after 300 ms$/,
        );
      }
      await assertRejects(() => pool.apply(f.square, [1]), TimeoutError);
      await until(() => activeChildren().length === 0, "all have ended");
      assert(linesIn(initArgs[0]!).length <= 2);
      pool.close();
      await pool.join();
    });
  }

  it("that are initialized in time are not killed, however long their parent is busy", async () => {
    const initArgs = [1];
    const options = { processes: 1, initializer: f.initializeLater, initArgs, initTimeout: 1000 };
    await using pool = makePool(method, options);
    const result = pool.apply(f.square, [3]);
    // It is ready by then, and the time is over before this program hears of either.
    await new Promise((resolve) => setTimeout(resolve, 20));
    spin(2000);
    assertEquals(await result, 9);
    assertEquals(await pool.apply(f.workerName), "PoolWorker-1");
  });

  it("may take for ever to be initialized where there is no initTimeout, or none so far", async () => {
    const initializer = f.initializeLater;
    for (const initTimeout of [undefined, Infinity, 2 ** 40]) {
      const options = { processes: 1, initializer, initArgs: [50], initTimeout };
      await using pool = makePool(method, options);
      assertEquals(await pool.apply(f.square, [3]), 9);
    }
  });
});
