// @runs-on one: it takes long

/** Proxies on their way: what they refer to is there when they come. */

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { type DictProxy, getContext, Manager, type StartMethod } from "../../mod.ts";
import { forEachMethod, linesOf, methods, noLeaks, runtime } from "../harness.ts";
import { assertRefused } from "../others.ts";
import { long } from "./stage.ts";
import { Slow } from "./programs/slow_class.ts";
import {
  askKept,
  keep,
  markBelow,
  putAndEnd,
  readOne,
  sendLater,
  tell,
} from "./travel_fixtures.ts";

const authKey = "key";

describe("What is referred to", () => {
  noLeaks();

  const flags = { deno: ["-A", "--v8-flags=--expose-gc"], bun: [], node: ["--expose-gc"] }[runtime];
  for (const method of methods) {
    it(`lives as long as anyone has a proxy, and no longer [${method}]`, async () => {
      const program = new URL("programs/references.ts", import.meta.url);
      assertEquals(await linesOf(program, { args: [method], flags }), ["done"]);
    });
  }
});

forEachMethod("A proxy", (method) => {
  const { Manager: OfMethod, Pipe, Process, Queue } = getContext(method);
  const other: StartMethod = method === "worker" ? "process" : "worker";

  it("goes to children of children, of both start methods by turns", async () => {
    await using manager = new OfMethod();
    const dict = manager.dict();
    const ways = { up: [method, other, method], down: [other, other] };
    for (const [key, route] of Object.entries(ways)) await markBelow(route, dict, key);
    assertEquals(await dict.keys(), ["up", "down"]);
  });

  it("can be received when the child has ended that has sent it", async () => {
    await using manager = new OfMethod();
    const dict = manager.dict([[1, 1]]);
    const queue = new Queue<{ dict: DictProxy }>();
    const child = new Process({ target: putAndEnd, args: [dict, queue] });
    child.start();
    await child.join();
    dict[Symbol.dispose]();
    assertEquals(await (await queue.get()).dict.get(1), 1);
  });

  it("can be kept by a task that has ended at once, and used by another", async () => {
    await using manager = new OfMethod();
    using dict = manager.dict([[1, 1]]);
    for (const { Pool } of [getContext(method), getContext(other)]) {
      await using pool = new Pool(1);
      for (let round = 0; round < 3; round++) {
        await pool.map(keep, [dict, dict, dict]);
        assertEquals(await pool.apply(askKept), 1);
      }
    }
  });

  it("comes with all else when its manager has ended, and says so when it is asked", async () => {
    await using manager = new OfMethod();
    const dict = manager.dict();
    const [here, there] = Pipe();
    const queue = new Queue<{ dict: DictProxy; name?: string }>();
    await queue.put({ dict });
    await queue.put({ dict, name: "second" });
    await manager.shutdown();
    const child = new Process({ target: tell, args: [queue, there] });
    child.start();
    assertEquals(await here.recv({ timeout: long }), "RemoteError");
    await child.join();
    assertEquals(child.exitCode, 0);
    const second = await queue.get();
    assertEquals(second.name, "second");
    assertEquals(await second.dict.size().catch((error) => error.name), "RemoteError");
    await assertRefused(() => queue.put({ dict }), "item.dict is a proxy whose manager has ended");
  });

  it("is refused by its own name where nobody has heard yet that its manager has ended", async () => {
    await using manager = new OfMethod();
    const [here, there] = Pipe();
    const child = new Process({ target: sendLater, args: [there, new Queue()] });
    child.start();
    await here.send(manager.dict());
    await here.recv();
    await manager.shutdown();
    await here.send("it has ended");
    assertEquals(await here.recv(), "item.dict is a proxy whose manager has ended");
    await child.join();
  });

  it("gives what is of a class that must be loaded first, and keeps nobody alive then", async () => {
    await using manager = new OfMethod();
    const dict = manager.dict([["in", new Slow(1)]]);
    await using child = new Process({ target: readOne, args: [dict, "in"] });
    child.start();
    assertEquals(await child.join({ timeout: long }), true);
    assertEquals(child.exitCode, 0);
  });

  it("of one conversation with a server can be used in another", async () => {
    await using manager = new OfMethod({ authKey });
    const there = await Manager.connect(await manager.address, { authKey });
    const theirs = there.dict([[1, 1]]);
    const ours = manager.dict<string, DictProxy>();
    // At once: the server reads the one before it has heard of the other.
    const set = ours.set("x", theirs);
    const got = ours.get("x");
    await set;
    assertEquals(await (await got)!.get(1), 1);
    const lock = there.Lock();
    const condition = manager.Condition(lock);
    assertEquals(await condition.acquire(), true);
    assertEquals(await lock.tryAcquire(), false);
    await condition.release();
    assertEquals(await lock.tryAcquire(), true);
  });

  it("that is assigned again and again is no burden: replies that nobody reads are not sent", async () => {
    await using manager = new OfMethod();
    const value = manager.Value("i", 0);
    for (let i = 1; i <= 20_000; i++) value.value = i;
    assertEquals(await value.value, 20_000);
  });
});
