import { it } from "@std/testing/bdd";
import { assertEquals, assertRejects } from "@std/assert";
import { type Connection, EOFError, getContext, type Queue } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { type Gift, give } from "./fixtures.ts";

forEachMethod("A handle in a queue", (method) => {
  const { Pipe, Process, Queue } = getContext(method);

  it("is good when the child has ended that has made it and put it there", async () => {
    const gifts: Queue<Gift> = new Queue();
    const child = new Process({ target: give, args: [method, gifts] });
    child.start();
    await child.join();
    assertEquals(child.exitCode, 0);
    const { queue, end } = await gifts.get();
    assertEquals([await queue.get(), await end.recv()], ["of the queue", "of the pipe"]);
    // Nobody holds the other end any more.
    await assertRejects(() => end.recv(), EOFError);
    await queue.put("used again");
    assertEquals(await queue.get(), "used again");
  });

  it("holds an end of a pipe until it was taken, or the queue is gone", async () => {
    const queue = new Queue<Connection>();
    const [mine, theirs] = Pipe();
    await queue.put(theirs);
    theirs.close();
    await mine.send("first");
    const taken = await queue.get();
    assertEquals(await taken.recv(), "first");
    await queue.put(taken);
    taken.close();
    queue[Symbol.dispose]();
    await assertRejects(() => mine.recv(), EOFError);
  });
});
