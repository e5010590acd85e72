import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext, type QueueProxy } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { neverHears } from "./delivery_fixtures.ts";
import { long, until, withManager } from "./stage.ts";

forEachMethod("What a manager's client does not come to hear of", (method) => {
  const manager = withManager(method);
  const { Event, Process } = getContext(method);

  async function loseClient(queue: QueueProxy<number>, items: readonly number[]): Promise<void> {
    const [asked, goOn] = [new Event(), new Event()];
    const child = new Process({ target: neverHears, args: [queue, asked, goOn] });
    child.start();
    await asked.wait();
    for (const item of items) await queue.put(item);
    goOn.set();
    await child.join();
    assertEquals(child.exitCode, 3);
  }

  it("is an item that stays in its queue, at its place", async () => {
    const queue = manager.Queue<number>();
    await loseClient(queue, [1, 2, 3]);
    await until(async () => await queue.qsize() === 3, "the items are there again");
    assertEquals([await queue.get(), await queue.get(), await queue.get()], [1, 2, 3]);
  });

  it("is an item that another waits for", async () => {
    const queue = manager.Queue<number>();
    await loseClient(queue, [1, 2]);
    const options = { timeout: long };
    assertEquals([await queue.get(options), await queue.get(options)], [1, 2]);
    assertEquals(await queue.empty(), true);
  });

  it("is an item of a JoinableQueue that is still to be done", async () => {
    const queue = manager.JoinableQueue<number>();
    await loseClient(queue, [1, 2]);
    for (let i = 0; i < 2; i++) {
      await queue.get({ timeout: long });
      assertEquals(await queue.join({ timeout: 0 }), false);
      await queue.taskDone();
    }
    assertEquals(await queue.join({ timeout: long }), true);
  });
});
