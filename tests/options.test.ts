/** Options that are given one by one, as in Python: whoever waited would wait for ever. */

import { it } from "@std/testing/bdd";
import { assertEquals, assertRejects } from "@std/assert";
import { shown } from "../src/arguments.ts";
import { getContext } from "../mod.ts";
import { pause } from "./fixtures.ts";
import { forEachMethod } from "./harness.ts";

type Call = (wrong: never) => unknown;

forEachMethod("Options", (method) => {
  const context = getContext(method);
  const { Barrier, Condition, Event, JoinableQueue, Lock, Pipe, Process, Queue } = context;

  const refuse = async (calls: readonly Call[]): Promise<void> => {
    for (const call of calls) {
      for (const wrong of [5, false, null, pause] as never[]) {
        const message = `options must be an object: received ${shown(wrong)}`;
        await assertRejects(async () => await call(wrong), TypeError, message, String(call));
      }
    }
  };

  it("are refused where they are no object, and nothing has happened", async () => {
    using lock = new Lock();
    using event = new Event();
    using condition = new Condition();
    using queue = new Queue(1);
    using joinable = new JoinableQueue();
    const [one, two] = Pipe();
    await refuse([
      (wrong) => lock.acquire(wrong),
      (wrong) => lock.acquireSync(wrong),
      (wrong) => lock.hold(wrong),
      (wrong) => event.wait(wrong),
      (wrong) => event.waitSync(wrong),
      (wrong) => queue.put(1, wrong),
      (wrong) => queue.putSync(1, wrong),
      (wrong) => queue.get(wrong),
      (wrong) => queue.getSync(wrong),
      (wrong) => joinable.join(wrong),
      (wrong) => one.send(1, wrong),
      (wrong) => one.recv(wrong),
      (wrong) => one.recvSync(wrong),
      (wrong) => one.poll(wrong),
      (wrong) => one.pollSync(wrong),
      (wrong) => context.wait([one], wrong),
      (wrong) => context.connect("127.0.0.1:1", wrong),
      (wrong) => Pipe(wrong),
      (wrong) => new Barrier(2, wrong),
    ]);
    assertEquals([lock.tryAcquire(), queue.qsize(), await two.poll()], [true, 0, false]);
    using _ = await condition.hold();
    await refuse([
      (wrong) => condition.wait(wrong),
      (wrong) => condition.waitFor(() => false, wrong),
      (wrong) => condition.waitSync(wrong),
    ]);
    for (const end of [one, two]) end.close();
  });

  it("are refused where a child's end is waited for", async () => {
    await using process = new Process({ target: pause, args: [10] });
    process.start();
    await refuse([(wrong) => process.join(wrong), (wrong) => process.sentinel.wait(wrong)]);
    await using pool = new context.Pool(1);
    const result = pool.applyAsync(pause, [1]);
    await refuse([(wrong) => result.get(wrong), (wrong) => result.wait(wrong)]);
    await result;
  });
});
