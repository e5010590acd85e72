/**
 * How long managed objects live whose proxies travel, are collected and are lost with children.
 * Says what does not hold; it is run with a collector that can be called.
 */

import process from "node:process";
import {
  type Connection,
  type DictProxy,
  type EventProxy,
  getContext,
  type ListProxy,
  type Queue,
  type StartMethod,
  task,
} from "../../../mod.ts";
import { pause } from "../../fixtures.ts";
import { collect } from "./collector.ts";

type Dict = DictProxy<unknown, unknown>;

const receive = task(import.meta, async (end: Connection, go: EventProxy): Promise<void> => {
  await go.wait();
  const [dict] = await end.recv() as [Dict];
  await collect();
  await dict.set("received", true);
});

const stay = task(import.meta, async (dict: Dict, end: Connection): Promise<void> => {
  await dict.set("here", true);
  await end.send("here");
  await pause(600_000);
});

const touch = task(import.meta, async (dict: Dict): Promise<void> => {
  await dict.set("touched", true);
});

const note = task(import.meta, async (list: ListProxy<number>): Promise<void> => {
  await list.append(1);
});

const fail = task(import.meta, (): void => process.exit(1));
const nothing = task(import.meta, (): void => {});

/** Reads a proxy beside an object whose class this child has not loaded. */
const readBeside = task(import.meta, async (outer: Dict): Promise<void> => {
  const { dict, slow } = await outer.get("in") as { dict: Dict; slow: object };
  for (let round = 0; round < 2; round++) {
    await collect();
    await dict.set("read", slow.constructor.name);
  }
});

const takeBeside = task(
  import.meta,
  async (queue: Queue<{ dict: Dict; slow: object }>): Promise<void> => {
    const { dict, slow } = await queue.get();
    for (let round = 0; round < 2; round++) {
      await collect();
      await dict.set("taken", slow.constructor.name);
    }
  },
);

if (import.meta.main) {
  const method = process.argv[2] as StartMethod;
  const { Manager, Pipe, Pool, Process, Queue } = getContext(method);
  await using manager = new Manager();
  const kept = new Map<string, object>();
  const check = (name: string, holds: boolean): void => {
    if (!holds) console.log(name);
  };
  let expected = 0;
  const keep = <T extends object>(name: string, proxy: T): T => {
    kept.set(name, proxy);
    expected++;
    return proxy;
  };
  const checkCount = async (name: string): Promise<void> => {
    let count = -1;
    for (const end = performance.now() + 10_000; performance.now() < end;) {
      await collect();
      count = await manager.numberOfObjects();
      if (count === expected) return;
    }
    console.log(`${name}: ${count} objects and not ${expected}`);
  };

  const outer = keep("outer", manager.dict());
  const go = keep("go", manager.Event());

  const dropAll = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await manager.dict().set(i, i);
  };
  await dropAll();
  await checkCount("collected");

  // The sender drops its proxy at once.
  const [here, there] = Pipe();
  const receiver = new Process({ target: receive, args: [there, go] });
  receiver.start();
  const sendAndDrop = async (): Promise<void> => {
    const dict = manager.dict();
    await outer.set("sent", dict);
    await here.send([dict]);
    dict[Symbol.dispose]();
  };
  await sendAndDrop();
  await collect();
  await go.set();
  await receiver.join();
  check("dropped by its sender", await (await outer.get("sent") as Dict).has("received"));
  await outer.clear();
  await checkCount("dropped by its sender");

  // Children are killed that have it.
  const holdAndKill = async (): Promise<void> => {
    const dict = manager.dict();
    const child = new Process({ target: stay, args: [dict, there] });
    child.start();
    await here.recv();
    dict[Symbol.dispose]();
    check("only in a child", await manager.numberOfObjects() === expected + 1);
    child.kill();
    await child.join();
    const unread = manager.dict();
    const early = new Process({ target: stay, args: [unread, there] });
    early.start();
    early.kill();
    await early.join();
    unread[Symbol.dispose]();
  };
  await holdAndKill();
  await checkCount("children that were killed");

  // What cannot travel has lent nothing.
  const refuse = async (): Promise<void> => {
    const dict = manager.dict();
    const refused = [here.send([dict, () => 1]), outer.set("x", [dict, () => 1])];
    const endings = await Promise.allSettled(refused);
    check("refused", endings.every((ending) => ending.status === "rejected"));
    dict[Symbol.dispose]();
  };
  await refuse();
  await checkCount("refused");

  // A pool: arguments and what its initializer is given, also in workers that come later.
  const list = keep("list", manager.list<number>());
  const usePool = async (): Promise<void> => {
    const dict = manager.dict();
    await using pool = new Pool({ processes: 1, initializer: note, initArgs: [list] });
    await pool.map(touch, [dict, dict, dict]);
    await pool.apply(fail).catch(() => {});
    await pool.apply(nothing);
    dict[Symbol.dispose]();
  };
  await usePool();
  check("initializers of both workers", await list.length() === 2);
  await checkCount("pool");

  // Beside an object whose module a child must load first: what holds it is read twice.
  const { Slow } = await import("./slow_class.ts");
  const beside = async (): Promise<void> => {
    const dict = manager.dict();
    await outer.set("in", { dict, slow: new Slow(1) });
    const reader = new Process({ target: readBeside, args: [outer] });
    reader.start();
    check("reader ends", await reader.join({ timeout: 20_000 }));
    check(`reader: ${reader.exitCode}`, reader.exitCode === 0);
    check("read", await dict.get("read") === "Slow");
    const queue = new Queue<{ dict: Dict; slow: object }>();
    const taker = new Process({ target: takeBeside, args: [queue] });
    taker.start();
    await queue.put({ dict, slow: new Slow(1) });
    dict[Symbol.dispose]();
    check("taker ends", await taker.join({ timeout: 20_000 }));
    check(`taker: ${taker.exitCode}`, taker.exitCode === 0);
    const again = (await outer.get("in") as { dict: Dict }).dict;
    check("taken", await again.get("taken") === "Slow");
    await outer.clear();
  };
  await beside();
  await checkCount("beside a class");
  check("kept", kept.size === expected);
  console.log("done");
}
