// @runs-on one: it takes long

/** A queue among several children. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLess } from "@std/assert";
import { getContext, type Process, type Queue } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { forms, type Other, withOthers } from "../others.ts";
import { spinUntil } from "../patience.ts";
import * as f from "./fixtures.ts";

/** Longer than any wait takes that is not for ever; only to fail with a name. */
const long = 20_000;

/** Checks that each item of each producer was got once, and by each consumer in its order. */
function assertExactlyOnce(got: readonly unknown[][], producers: number, count: number): void {
  const seen = new Set<string>();
  for (const items of got as [number, number][][]) {
    const last = new Map<number, number>();
    for (const [producer, number] of items) {
      const key = `${producer}: ${number}`;
      assert(!seen.has(key), `${key} was got twice`);
      seen.add(key);
      assertLess(last.get(producer) ?? -1, number, `the order of ${producer}'s items`);
      last.set(producer, number);
    }
  }
  assertEquals(seen.size, producers * count);
}

forEachMethod("A queue among children", (method) => {
  const context = getContext(method);
  const { Process, Pool } = context;
  const [one, two, three, four] = withOthers(method, 4) as [Other, Other, Other, Other];
  const makeQueue = <T = unknown>(maxSize?: number): Queue<T> => new context.Queue<T>(maxSize);

  const start = (target: (...args: never[]) => unknown, ...args: unknown[]): Process => {
    const child = new Process({ target: target as never, args });
    child.start();
    return child;
  };

  for (const form of forms) {
    for (const maxSize of [0, 1, 7]) {
      it(`gives each item once, in order: 2 put, 2 get (${form}, size ${maxSize})`, async () => {
        const count = rounds(maxSize === 1 ? 200 : 1000);
        using queue = makeQueue(maxSize);
        // Two consume here, as two tasks of one child, and in another child.
        const got = [one.do(f.consume, queue, form), f.consume(queue, "async")];
        await Promise.all(
          [two, three].map((other, i) => other.do(f.produce, queue, i, count, form)),
        );
        for (let i = 0; i < 2; i++) await queue.put(null);
        assertExactlyOnce(await Promise.all(got), 2, count);
        assertEquals(queue.empty(), true);
      });
    }
  }

  it("passes items on through several queues, in order", async () => {
    using first = makeQueue(5);
    using second = makeQueue(1);
    using third = makeQueue();
    const passed = [one.do(f.passOn, first, second), two.do(f.passOnSync, second, third)];
    const got = f.consume(third, "async");
    const items = Array.from({ length: rounds(300) }, (_, i) => i);
    for (const item of [...items, null]) await first.put(item);
    assertEquals(await got, items);
    assertEquals(await Promise.all(passed), [items.length, items.length]);
  });

  for (const way of ["return", "exit", "throw"] as const) {
    it(`has all that a child put that ended at once: ${way}`, async () => {
      using queue = makeQueue();
      const child = start(f.putAndEnd, queue, 500, way);
      await child.join();
      assertEquals(child.exitCode, way === "throw" ? 1 : 0);
      assertEquals(queue.qsize(), 500);
      assertEquals(await f.getMany(queue, 500), Array.from({ length: 500 }, (_, i) => i));
    });
  }

  if (method === "process") {
    it("has all that a child put that was killed then", async () => {
      using queue = makeQueue();
      const child = start(f.putAndEnd, queue, 500, "kill");
      await child.join();
      assertEquals(child.exitCode, -9);
      assertEquals(await f.getMany(queue, 500), Array.from({ length: 500 }, (_, i) => i));
    });
  }

  it("has what a child put that ended normally, although that had to wait for room", async () => {
    using queue = makeQueue(2);
    const child = start(f.putAndEnd, queue, 10, "return");
    assertEquals(await f.getMany(queue, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await child.join();
    assertEquals(child.exitCode, 0);
  });

  it("goes on while the main thread is busy", async () => {
    const pairs = await Promise.all(
      [[one, two], [three, four]].map(async (pair, i) => {
        const form = forms[i]!;
        const [there, back] = [makeQueue(), makeQueue()];
        const count = new context.RawValue("i", 0);
        const over = [
          pair[0]!.do(f.playBall, there, back, count, form),
          pair[1]!.do(f.playBall, back, there, count, form),
        ];
        there.putNoWait("ball");
        while (count.value < 10) await pause(5);
        return { there, back, count, over };
      }),
    );
    const before = pairs.map(({ count }) => count.value);
    // Asynchronous processes look up now and then if nobody can wake them: every 50 ms at worst.
    const goOn = () => pairs.every(({ count }, i) => count.value > before[i]! + 30);
    assert(spinUntil(goOn), `${before} passes, then ${pairs.map(({ count }) => count.value)}`);
    for (const { there, back, count, over } of pairs) {
      // Each of the two passes on a null and ends, whoever has the ball.
      there.putNoWait(null);
      back.putNoWait(null);
      await Promise.all(over);
      there[Symbol.dispose]();
      back[Symbol.dispose]();
      count[Symbol.dispose]();
    }
  });

  it("gives an item to who is there, not to who waits but is busy", async () => {
    using queue = makeQueue();
    using here = new context.Semaphore(0);
    using stop = new context.RawValue("i", 0);
    const busy = one.do(f.waitBusily, queue, here, stop);
    assert(await here.acquire({ timeout: long }));
    await pause(100);
    const waiting = two.do(f.getTelling, queue, "async", here);
    assert(await here.acquire({ timeout: long }));
    queue.putNoWait("a");
    const named = [waiting.then((item) => ["idle", item]), busy.then((item) => ["busy", item])];
    assertEquals(await Promise.race(named), ["idle", "a"]);
    stop.value = 1;
    queue.putNoWait("b");
    assertEquals(await busy, "b");
  });

  it("loses no item to a child that is killed while it waits for one", async () => {
    using queue = makeQueue();
    using here = new context.Semaphore(0);
    for (const form of forms) {
      const child = start(f.getTelling, queue, form, here);
      assert(await here.acquire({ timeout: long }));
      await pause(20);
      child.kill();
      await child.join();
      queue.putNoWait("a");
      assertEquals(await two.do(f.get, queue), "a");
    }
    assertEquals(queue.empty(), true);
  });

  it("has no item of a child that is killed while it waits for room", async () => {
    using queue = makeQueue(1);
    using here = new context.Semaphore(0);
    queue.putNoWait("a");
    for (const form of forms) {
      const child = start(f.putTelling, queue, "b", form, here);
      assert(await here.acquire({ timeout: long }));
      await pause(20);
      child.kill();
      await child.join();
    }
    assertEquals(await two.do(f.get, queue), "a");
    assertEquals(queue.empty(), true);
    queue.putNoWait("c");
    assertEquals(await two.do(f.get, queue), "c");
  });

  it("gives no item twice if a child is ended that is reading a slow one", async () => {
    using queue = makeQueue();
    using here = new context.Semaphore(0);
    const slow = Array.from({ length: 20_000 }, (_, i) => new Map([[{ i }, new Set([i])]]));
    queue.putNoWait(slow);
    for (let i = 0; i < 5; i++) queue.putNoWait(i);
    const child = start(f.getTelling, queue, "sync", here);
    assert(await here.acquire({ timeout: long }));
    await pause(5);
    child.terminate();
    await child.join();
    const items = await f.getMany(queue, 3);
    // On Deno an ended thread goes on until it yields: it must not change anything any more.
    await pause(150);
    while (!queue.empty()) items.push(queue.getNoWait());
    if (Array.isArray(items[0])) assertEquals((items.shift() as unknown[]).length, slow.length);
    assertEquals(items, [0, 1, 2, 3, 4]);
    assertEquals(queue.qsize(), 0);
  });

  it("is reached from a child's child, and from a pool's workers by what initialised them", async () => {
    using queue = makeQueue();
    await f.putByChild(method, queue, 1, "from below");
    assertEquals(await queue.get(), "from below");
    await using pool = new Pool({ processes: 2, initializer: f.keep, initArgs: [queue] });
    const got = [pool.apply(f.getKept), pool.apply(f.getKept)];
    await queue.put(1);
    await queue.put(2);
    assertEquals((await Promise.all(got)).toSorted(), [1, 2]);
  });

  it("is a result, made by a child that has ended since", async () => {
    let queue: Queue;
    {
      await using pool = new Pool(1);
      queue = await pool.apply(f.makeQueue, [method, ["left", "behind"]]);
    }
    using _queue = queue;
    assertEquals([queue.getNoWait(), await one.do(f.get, queue)], ["left", "behind"]);
  });
});
