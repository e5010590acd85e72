import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { getContext, RemoteError } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { registerAll } from "./registered.ts";
import { reason, watch, withManager } from "./stage.ts";

const many = 1000;

forEachMethod("Requests to a manager", (method) => {
  const { Manager, Queue, Process, Pool } = getContext(method);
  let factories: ReturnType<typeof registerAll>;
  const manager = withManager(method, (manager) => {
    factories = registerAll(manager);
  });
  const [one, two] = withOthers(method, 2) as [Other, Other];

  describe("in their order", () => {
    it("are answered as if one had come after the other, with a thousand under way", async () => {
      using dict = manager.dict<string, number>();
      const answers: Promise<unknown>[] = [];
      for (let i = 0; i < many; i++) {
        void dict.set("n", i);
        answers.push(dict.get("n"));
      }
      assertEquals(await Promise.all(answers), Array.from({ length: many }, (_, i) => i));
    });

    it("keep that order over several objects", async () => {
      using list = manager.list<number>();
      using counter = factories.newCounter();
      using value = manager.Value("i", 0);
      const lengths: Promise<number>[] = [];
      const sums: Promise<number>[] = [];
      for (let i = 0; i < many; i++) {
        value.value = i;
        void list.append(i);
        lengths.push(list.length());
        sums.push(counter.add(1));
      }
      assertEquals(await value.value, many - 1);
      const counted = Array.from({ length: many }, (_, i) => i + 1);
      assertEquals(await Promise.all(lengths), counted);
      assertEquals(await Promise.all(sums), counted);
    });

    it("keep the order of each of several clients", async () => {
      using list = manager.list<string>();
      const copies = await Promise.all([
        one.do(f.appendMany, list, "one", 300),
        two.do(f.appendMany, list, "two", 300),
        f.appendMany(list, "here", 300),
      ]);
      const all = await list.copy();
      for (const [i, name] of ["one", "two", "here"].entries()) {
        const expected = Array.from({ length: 300 }, (_, i) => `${name} ${i}`);
        assertEquals(all.filter((item) => item.startsWith(name)), expected);
        assertEquals(copies[i]!.filter((item) => item.startsWith(name)), expected);
      }
    });

    it("wait for an object that takes time to make, and not for a method that does", async () => {
      using later = factories.newMadeLater(1);
      using list = manager.list<string>();
      const slow = later.addLater(1).then(() => list.append("slow"));
      const quick = list.append("quick");
      await Promise.all([slow, quick]);
      assertEquals(await list.copy(), ["quick", "slow"]);
    });

    it("may be as large as one likes, and many at once", async () => {
      using dict = manager.dict<number, unknown>();
      const large = "x".repeat(3_000_000);
      const bytes = new Uint8Array(2_000_000).fill(7);
      const sets = [dict.set(0, large), dict.set(1, bytes), dict.set(2, "small")];
      const [text, read, small] = await Promise.all([dict.get(0), dict.get(1), dict.get(2)]);
      await Promise.all(sets);
      assert(text === large);
      assertEquals([(read as Uint8Array).length, (read as Uint8Array)[1_999_999]], [2_000_000, 7]);
      assertEquals(small, "small");
    });
  });

  describe("that are wrong", () => {
    it("are refused at the call with the path, and disturb none of those under way", async () => {
      using dict = manager.dict<string, unknown>();
      const sets = Array.from({ length: 100 }, (_, i) => {
        const set = dict.set(`${i}`, i % 10 === 5 ? { a: [1, () => i] } : i);
        return watch(set);
      });
      for (const [i, { settled }] of sets.entries()) {
        assertEquals((await settled).status, i % 10 === 5 ? "rejected" : "fulfilled");
      }
      await assertRefused(
        () => dict.set("k", { options: { callback: () => 1 } }),
        "args[1].options.callback is a function",
      );
      await assertRefused(() => dict.set("k", new WeakMap()), "args[1]");
      await assertRefused(() => dict.update({ a: Symbol("s") }), "args[0].a");
      assertEquals(await dict.size(), 90);
    });

    it("are refused at the factory, too", async () => {
      await assertRefused(() => manager.dict({ a: () => 1 }), "a is a function");
      await assertRefused(() => manager.list([0, () => 1]), "[1] is a function");
      await assertRefused(() => factories.newCounter((() => 1) as never), "args[0] is a function");
      await assertRefused(() => manager.list([manager]), "is a Manager, which stays");
      assertEquals(await manager.list([1]).length(), 1);
    });

    it("name what belongs to the children of the other start method", async () => {
      const other = method === "worker" ? "process" : "worker";
      using queue = new (getContext(other).Queue)();
      using dict = manager.dict();
      await assertRefused(() => dict.set("q", queue), `args[1] is a Queue`, other);
      assertEquals(await dict.size(), 0);
    });

    it("do not carry the manager itself", async () => {
      const message = "is a Manager, which stays where it was made";
      const child = new Process({ target: f.giveBack, args: [manager] });
      await assertRefused(() => child.start(), `args[0] ${message}`);
      using queue = new Queue();
      await assertRefused(() => queue.put({ manager }), `item.manager ${message}`);
      await using pool = new Pool(1);
      await assertRefused(() => pool.apply(f.giveBack, [manager]), `args[0] ${message}`);
    });

    it("are rejected once the proxy was disposed of, which other proxies do not feel", async () => {
      const list = manager.list([1]);
      using other = manager.list([list]);
      using read = await other.get(0);
      const before = list.length();
      list[Symbol.dispose]();
      list[Symbol.dispose]();
      assertEquals(await before, 1);
      const message = "as this proxy was disposed of";
      await assertRejects(() => list.length(), Error, message);
      await assertRefused(() => other.append(list), "is a proxy that was disposed of");
      const value = manager.Value("i", 1);
      value[Symbol.dispose]();
      assertThrows(() => value.value = 2, Error, message);
      await assertRejects(async () => await value.value, Error, message);
      const ns = manager.Namespace();
      ns[Symbol.dispose]();
      assertThrows(() => ns["a"] = 2, Error, message);
      assertEquals(await read.copy(), [1]);
    });

    it("end with an aborted signal's reason, whatever was asked", async () => {
      using queue = manager.Queue<number>();
      const signal = AbortSignal.abort(reason);
      const error = await assertRejects(() => queue.put(1, { signal }));
      assertStrictEquals(error, reason);
      assertEquals(await queue.qsize(), 0);
    });
  });

  describe("that was shut down", () => {
    it("are rejected, those that wait and those that come; nothing can be made", async () => {
      const own = new Manager();
      const list = own.list([1]);
      const event = own.Event();
      const value = own.Value("i", 1);
      using here = manager.Event();
      const waits = [
        watch(event.wait()),
        watch(own.Queue().get()),
        watch(one.do(f.sayAndCall, here, event, "wait")),
      ];
      assertEquals(await list.length(), 1);

      await here.wait();
      await own.shutdown();
      await own.shutdown();
      for (const [i, { settled }] of waits.entries()) {
        const outcome = await settled;
        assert(outcome.status === "rejected", String(i));
        assert(outcome.reason instanceof RemoteError, String(outcome.reason));
      }
      await assertRejects(() => list.length(), RemoteError);
      await assertRejects(() => one.do(f.ask, list, "length"));
      assertThrows(() => value.value = 2, RemoteError);
      for (const make of [() => own.dict(), () => own.Lock(), () => own.Pool(1)]) {
        assertThrows(make, Error, "the manager was shut down");
      }
      await assertRejects(async () => await own.address, Error, "the manager was shut down");
      await assertRejects(() => own.numberOfObjects(), Error, "the manager was shut down");
      list[Symbol.dispose]();
    });

    it("may never have been begun", async () => {
      const own = new Manager();
      await own.shutdown();
      assertThrows(() => own.dict(), Error, "the manager was shut down");
      await using disposed = new Manager();
      assertEquals(typeof disposed.dict, "function");
    });
  });
});
