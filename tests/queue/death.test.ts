/** A child is killed at every step that it makes in shared memory to put or to get. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLess } from "@std/assert";
import { getContext, type Process, type Queue } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, stress } from "../harness.ts";
import * as f from "./fixtures.ts";
import { type Act, type Cell, hold } from "./hold.ts";

/** Longer than any wait takes that is not for ever; only to fail with a name. */
const long = 20_000;

forEachMethod("A queue whose user is killed", (method) => {
  const context = getContext(method);
  const { Process } = context;

  /** A child that does something up to a step, and stops there; `undefined` if it has fewer. */
  const stopAt = async (
    step: number,
    act: Act,
    queue: Queue,
  ): Promise<{ child: Process; isReached: boolean }> => {
    using cell: Cell = new context.RawArray("i", 2);
    const child = new Process({ target: hold, args: [step, act, queue, cell] });
    child.start();
    while (cell[0] === 0 && child.isAlive()) await pause(1);
    return { child, isReached: cell[0] === 1 };
  };

  /** Checks that each child can use it, whatever is in it, and gives what that was. */
  const checkUse = async (queue: Queue, maxSize: number): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (;;) {
      const item = await queue.get({ timeout: 0 }).catch(() => undefined);
      if (item === undefined) break;
      found.push(item);
    }
    for (let round = 0; round < 2; round++) {
      const count = maxSize || 3;
      for (let i = 0; i < count; i++) await queue.put(i, { timeout: long });
      assertEquals(f.stateOf(queue), [count, false, maxSize > 0]);
      for (let i = 0; i < count; i++) assertEquals(queue.getSync({ timeout: long }), i);
      assertEquals(f.stateOf(queue), [0, true, false]);
    }
    return found;
  };

  /** Checks it for each step; `outcomes` are what may be left. */
  const killEverywhere = async (
    act: Act,
    before: readonly string[],
    outcomes: readonly (readonly string[])[],
    maxSize: number,
  ): Promise<void> => {
    // A child for each step is dear; channel/record_queue_death.test.ts plays them all.
    for (let step = 2;; step += stress ? 1 : 4) {
      using queue = new context.Queue(maxSize);
      for (const item of before) queue.putNoWait(item);
      const { child, isReached } = await stopAt(step, act, queue);
      child.kill();
      // The parent uses the queue at once: it has not heard of the death yet.
      const begun = performance.now();
      const found = await checkUse(queue, maxSize);
      assertLess(performance.now() - begun, 10_000, `${act} until step ${step}`);
      await child.join();
      if (!isReached) return assert(step > 6, `${act} has ${step} steps only`);
      const isExpected = outcomes.some((outcome) => String(outcome) === String(found));
      assert(isExpected, `${act} until step ${step} left ${found}`);
    }
  };

  it("is whole when it dies while it puts", async () => {
    if (stress) await killEverywhere("put", ["a", "b"], [["a", "b"], ["a", "b", "put"]], 0);
    await killEverywhere("put", [], [[], ["put"]], 1);
  });

  it("is whole when it dies while it gets", async () => {
    if (stress) await killEverywhere("get", ["a", "b"], [["a", "b"], ["b"]], 0);
    await killEverywhere("get", ["a"], [["a"], []], 1);
  });

  it("goes on for a parent whose thread is blocked", async () => {
    // At these steps it has the mutex, and has changed nothing yet or nearly all.
    const steps = { put: stress ? [5, 8, 11] : [8], get: stress ? [8, 11, 15] : [11] };
    for (const act of ["put", "get"] as const) {
      for (const step of steps[act]) {
        using queue = new context.Queue<string>(2);
        queue.putNoWait("a");
        const { child } = await stopAt(step, act, queue as never);
        child.kill();
        const begun = performance.now();
        // None of that lets the event loop go on, which would tell of the child's end.
        while (!queue.empty()) queue.getSync({ timeout: 20_000 });
        queue.putSync("b", { timeout: 20_000 });
        queue.putSync("c", { timeout: 20_000 });
        assertEquals([queue.getSync(), queue.getNoWait()], ["b", "c"]);
        assertLess(performance.now() - begun, 10_000);
        await child.join();
      }
    }
  });
});
