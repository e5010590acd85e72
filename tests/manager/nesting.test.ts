import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  type Connection,
  DictProxy,
  type EventProxy,
  getContext,
  ListProxy,
  type Lock,
  type LockProxy,
  type NamespaceProxy,
  type Queue,
  type ValueProxy,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { CounterError, registerAll } from "./registered.ts";
import { long, watch, withManager } from "./stage.ts";

forEachMethod("A proxy in a managed object", (method) => {
  const context = getContext(method);
  let newCounter: ReturnType<typeof registerAll>["newCounter"];
  const manager = withManager(method, (manager) => {
    newCounter = registerAll(manager).newCounter;
  });
  const [one] = withOthers(method, 1) as [Other];

  it("is read back as a proxy of the same object", async () => {
    using list = manager.list<DictProxy<string, number>>();
    using dict = manager.dict<string, number>({ a: 1 });
    await list.append(dict);
    using read = await list.get(0);
    assertInstanceOf(read, DictProxy);
    await read.set("b", 2);
    assertEquals(await dict.copy(), new Map([["a", 1], ["b", 2]]));
    await dict.set("a", 3);
    assertEquals(await read.get("a"), 3);
    assertEquals(await one.do(f.along, list, [["get", 0], ["set", "c", 4]]), undefined);
    assertEquals(await dict.get("c"), 4);
  });

  it("nests deeply, among other values, in objects of every type", async () => {
    using dict = manager.dict<string, unknown>();
    using ns = manager.Namespace();
    using value = manager.Value<unknown>("i", 0);
    using queue = manager.Queue<unknown>();
    using list = manager.list<unknown>([["in", { a: value }], queue]);
    using counter = newCounter(5);
    ns["list"] = list;
    await dict.set("space", new Map([["ns", ns]]));
    value.value = [dict, counter];
    await queue.put({ counter });
    const space = await dict.get("space") as Map<string, NamespaceProxy>;
    const inner = await space.get("ns")!["list"] as ListProxy;
    assertInstanceOf(inner, ListProxy);
    const [, { a }] = await inner.get(0) as [
      string,
      { a: ValueProxy<[DictProxy, typeof counter]> },
    ];
    const [same, counted] = await a.value;
    assertEquals(await same.keys(), ["space"]);
    assertEquals(await counted.add(1), 6);
    assertEquals(await (await queue.get() as { counter: typeof counter }).counter.add(1), 7);
  });

  it("can be of the object that holds it, and of two that hold each other", async () => {
    using dict = manager.dict<string, unknown>({ n: 1 });
    await dict.set("self", dict);
    let at: DictProxy<string, unknown> = dict;
    for (let depth = 0; depth < 5; depth++) at = await at.get("self") as typeof at;
    assertEquals(await at.get("n"), 1);
    await at.set("n", 2);
    assertEquals(await dict.get("n"), 2);
    using list = manager.list<unknown>([dict]);
    await dict.set("list", list);
    const back = await (await dict.get("list") as ListProxy<typeof dict>).get(0);
    assertEquals(await back.get("n"), 2);
  });

  it("comes with all that holds it: copies, slices, entries", async () => {
    using dict = manager.dict<string, number>({ n: 7 });
    using list = manager.list([dict, dict]);
    for (const proxies of [await list.copy(), await list.slice(0), await Array.fromAsync(list)]) {
      assertEquals(await Promise.all(proxies.map((proxy) => proxy.get("n"))), [7, 7]);
    }
    using outer = manager.dict({ dict });
    const [[, entry]] = await outer.entries() as [[string, typeof dict]];
    assertEquals(await entry.get("n"), 7);
    assertEquals(await (await outer.copy()).get("dict")!.get("n"), 7);
    assertEquals(await (await outer.pop("dict")).get("n"), 7);
  });

  it("keeps its object there when all others are gone", async () => {
    using list = manager.list<ListProxy<number>>();
    {
      using inner = manager.list([1, 2]);
      await list.append(inner);
    }
    for (let round = 0; round < 2; round++) {
      using read = await list.get(0);
      await read.append(3);
    }
    assertEquals(await (await list.get(0)).copy(), [1, 2, 3, 3]);
  });

  it("is found by what it stands for, not by its likeness", async () => {
    using a = manager.dict<string, number>();
    using b = manager.dict<string, number>();
    using list = manager.list([a, b]);
    assertEquals([await list.index(a), await list.index(b)], [0, 1]);
    assertEquals(await list.count(a), 1);
    await list.remove(b);
    assertEquals(await list.length(), 1);
    await assertRejects(() => list.remove(b), RangeError);
    assertEquals(await list.index(await list.get(0)), 0);
  });

  it("is of another manager's object just as well", async () => {
    await using other = new context.Manager();
    using there = other.dict<string, unknown>({ n: 1 });
    using here = manager.dict<string, unknown>({ there });
    const read = await here.get("there") as typeof there;
    await read.set("here", here);
    const back = await there.get("here") as typeof here;
    assertEquals(await (await back.get("there") as typeof there).get("n"), 1);
    assertEquals(await one.do(f.along, here, [["get", "there"], ["get", "n"]]), 1);
  });

  it("is a lock of which a client is the owner, a condition's and a barrier's", async () => {
    using lock = manager.Lock();
    using dict = manager.dict<string, LockProxy>({ lock });
    const read = await dict.get("lock") as LockProxy;
    assertEquals(await one.do(f.along, dict, [["get", "lock"], ["tryAcquire"]]), true);
    assertEquals([await lock.tryAcquire(), await read.tryAcquire()], [false, false]);
    assertEquals(await one.do(f.ask, lock, "release"), undefined);
    using condition = manager.Condition(read);
    await condition.acquire();
    assertEquals(await lock.tryAcquire(), false);
    await read.release();
    using event = manager.Event();
    using events = manager.list<EventProxy>([event]);
    const waits = watch((await events.get(0)).wait({ timeout: long }));
    await event.set();
    assertEquals(await waits.settled, { status: "fulfilled", value: true });
  });

  it("stands among other things that travel: locks, queues, connections, tasks, errors", async () => {
    using lock = new context.Lock();
    using queue = new context.Queue<number>();
    const [a, b] = context.Pipe();
    using dict = manager.dict<string, unknown>({ lock, queue, b, task: f.double });
    b.close();
    await dict.set("error", new CounterError("expected: kept", 3));
    await (await dict.get("lock") as Lock).acquire();
    assertEquals(lock.tryAcquire(), false);
    lock.release();
    await one.do(f.along, dict, [["get", "queue"], ["put", 5]]);
    assertEquals(await queue.get(), 5);
    const end = await dict.get("b") as Connection;
    await end.send("through the dict");
    assertEquals(await a.recv({ timeout: long }), "through the dict");
    end.close();
    a.close();
    assertStrictEquals(await dict.get("task"), f.double);
    const error = await dict.get("error");
    assertInstanceOf(error, CounterError);
    assertEquals([error.count, error.message], [3, "expected: kept"]);
  });

  it("travels by whatever else carries values: arguments, results, queues, pipes", async () => {
    using dict = manager.dict<string, number>({ n: 1 });
    const back = await one.do(f.giveBack, { deep: [dict] }) as { deep: [typeof dict] };
    assertEquals(await back.deep[0].get("n"), 1);
    using queue: Queue<DictProxy<string, number>> = new context.Queue();
    await queue.put(dict);
    assertEquals(await (await queue.get()).get("n"), 1);
    const [a, b] = context.Pipe();
    await a.send([dict]);
    const [received] = await b.recv() as [typeof dict];
    assertEquals(await received.get("n"), 1);
    a.close();
    b.close();
    const child = new context.Process({ target: f.ask, args: [dict, "set", "n", 2] });
    child.start();
    await child.join();
    assert(child.exitCode === 0);
    assertEquals(await dict.get("n"), 2);
  });

  it("goes to children of the other start method", async () => {
    using list = manager.list<number>([1]);
    using dict = manager.dict<string, unknown>({ list });
    const otherMethod = method === "worker" ? "process" : "worker";
    const { Process } = getContext(otherMethod);
    const child = new Process({ target: f.along, args: [dict, [["get", "list"], ["append", 2]]] });
    child.start();
    await child.join();
    assertEquals(child.exitCode, 0);
    assertEquals(await list.copy(), [1, 2]);
    const assigns = new Process({ target: f.assign, args: [manager.Namespace(), "x", 1] });
    assigns.start();
    await assigns.join();
    assertEquals(assigns.exitCode, 0);
  });

  it("stands beside what only children of one start method can use: the others are told so", async () => {
    const { Lock, Pipe } = getContext(method);
    const ends = Pipe();
    using dict = manager.dict<string, unknown>({ lock: new Lock(), end: ends[0], number: 1 });
    await using pool = new (getContext(method === "worker" ? "process" : "worker").Pool)(1);
    for (const key of ["lock", "end"]) {
      const ask = () => pool.apply(f.ask, [dict, "get", key]);
      await assertRefused(ask, `children of this program can use, of the start method "${method}"`);
    }
    assertEquals(await pool.apply(f.ask, [dict, "get", "number"]), 1);
    for (const end of ends) end.close();
  });

  it("has been assigned to by a child that has ended, whatever its start method", async () => {
    for (const startMethod of ["worker", "process"] as const) {
      using ns = manager.Namespace();
      const child = new (getContext(startMethod).Process)({
        target: f.assign,
        args: [ns, "x", startMethod],
      });
      child.start();
      await child.join();
      assertEquals(await ns["x"], startMethod);
    }
  });
});
