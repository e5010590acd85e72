// @runs-on every: a sample of this folder for Node 26

import { it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import { getContext, type Lock } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";

forEachMethod("A handle in an item", (method) => {
  const { Lock, Queue } = getContext(method);

  it("is never that of an item before, at the same place", async () => {
    using queue = new Queue<[number, Lock]>();
    // Many times what a segment holds, and long enough for freed ones to be used again.
    const until = performance.now() + 400;
    for (let round = 0; performance.now() < until || round < 20_000; round++) {
      using lock = new Lock();
      lock.tryAcquire();
      await queue.put([round, lock]);
      const [number, got] = await queue.get();
      assertEquals(number, round);
      assert(!got.tryAcquire());
      got.release();
      assert(lock.tryAcquire());
    }
  });
});
