/**
 * Random schedules of calls that wait, time out and are aborted, against a model: nothing is lost.
 */

import { afterAll, beforeAll, it } from "@std/testing/bdd";
import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { getContext, type Queue } from "../../mod.ts";
import { nothing, pause } from "../fixtures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { Other } from "../others.ts";
import type { Deed, Deeds } from "./fixtures.ts";
import * as f from "./fixtures.ts";

const times = fc.constantFrom(0, 1, 2, 3, 5, 8);

/** A put or get that waits for ever, or gives up by its timeout or by an abort, or both. */
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constantFrom("put", "get"), timeout: times }, { noNullPrototype: true }),
  fc.record({
    kind: fc.constantFrom("put", "get"),
    timeout: fc.option(times, { nil: undefined }),
    abort: times,
  }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("pause" as const), milliseconds: fc.integer({ min: 0, max: 4 }) }, {
    noNullPrototype: true,
  }),
) as fc.Arbitrary<Deed>;

const deeds = fc.array(deed, { minLength: 1, maxLength: 25 });
const maxSize = fc.constantFrom(0, 1, 2, 5);

/** All that is left, which must be there at once. */
function drain(queue: Queue<string>): string[] {
  const items: string[] = [];
  while (!queue.empty()) items.push(queue.getNoWait());
  return items;
}

/** Checks that a queue is empty, and serves who waits. */
async function assertUsable(queue: Queue<string>, maxSize: number): Promise<void> {
  assertEquals(f.stateOf(queue), [0, true, false]);
  const got = Promise.all([queue.get(), queue.get()]);
  await queue.put("a");
  await queue.put("b");
  assertEquals(await got, ["a", "b"]);
  if (maxSize === 0) return;
  for (let i = 0; i < maxSize; i++) queue.putNoWait(String(i));
  const put = queue.put("last");
  const items = await f.getMany(queue, maxSize + 1);
  assertEquals(items.at(-1), "last");
  await put;
}

/**
 * Checks what several did: each item that was put was got once, or is left; each child's come in
 * its order.
 */
function assertNothingLost(done: readonly Deeds[], left: readonly string[]): void {
  const put = done.flatMap((each) => each.put);
  const got = done.flatMap((each) => each.got);
  assertEquals([...got, ...left].toSorted(), put.toSorted());
  for (const items of [...done.map((each) => each.got), left]) {
    const last = new Map<string, number>();
    for (const item of items) {
      const [name, number] = item.split(" ") as [string, string];
      assertLess(last.get(name) ?? -1, Number(number), `the order of ${name}'s items: ${items}`);
      last.set(name, Number(number));
    }
  }
}

forEachMethod("A queue whose users give up", (method) => {
  const context = getContext(method);
  const makeQueue = (maxSize: number) => new context.Queue<string>(maxSize);

  it("loses nothing within a child, and keeps the order of its calls", async () => {
    const property = fc.asyncProperty(deeds, maxSize, async (deeds, maxSize) => {
      using queue = makeQueue(maxSize);
      const done = await f.act(queue, "child", deeds, true);
      const numbers = (items: string[]) => items.map((item) => Number(item.split(" ")[1]));
      // Results are noted as they come: who was called first has got the earlier item.
      const left = drain(queue);
      assertEquals(numbers([...done.got, ...left]), numbers(done.put).toSorted((a, b) => a - b));
      assertEquals(numbers(done.put), numbers(done.put).toSorted((a, b) => a - b));
      await assertUsable(queue, maxSize);
    });
    await fc.assert(property, { numRuns: rounds(60) });
  });

  it("loses nothing to several tasks of a child with handles of their own", async () => {
    const property = fc.asyncProperty(
      fc.array(deeds, { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      maxSize,
      async (all, atOnce, maxSize) => {
        using queue = makeQueue(maxSize);
        using handles = new context.Queue<Queue<string>>();
        const done = await Promise.all(all.map((deeds, i) => {
          handles.putNoWait(queue);
          return f.act(handles.getNoWait(), `task${i}`, deeds, atOnce);
        }));
        assertNothingLost(done, drain(queue));
        await assertUsable(queue, maxSize);
      },
    );
    await fc.assert(property, { numRuns: rounds(20) });
  });

  const others = [new Other(), new Other()];
  beforeAll(async () => {
    for (const other of others) other.start(method);
    for (const other of others) await other.do(nothing);
  });
  afterAll(async () => {
    for (const other of others) await other.end();
  });

  it("loses nothing among three children", async () => {
    const property = fc.asyncProperty(
      fc.array(deeds, { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      maxSize,
      async (all, atOnce, maxSize) => {
        using queue = makeQueue(maxSize);
        const done = await Promise.all([
          f.act(queue, "main", all[0]!, atOnce),
          ...others.map((other, i) => other.do(f.act, queue, `child${i}`, all[i + 1]!, atOnce)),
        ]);
        assertNothingLost(done, drain(queue));
        await assertUsable(queue, maxSize);
      },
    );
    await fc.assert(property, { numRuns: rounds(25) });
  });

  it("wakes the next when one gives up at the moment at which it is served", async () => {
    for (let round = 0; round < rounds(30); round++) {
      using queue = makeQueue(1);
      const controller = new AbortController();
      const first = queue.get({ signal: controller.signal }).catch(() => "gave up");
      const second = others[0]!.do(f.get, queue as never);
      const third = queue.get();
      await pause(round % 5);
      const abort = (): void => controller.abort(new Error("expected: aborted by the test"));
      if (round % 2 === 0) abort();
      const put = others[1]!.do(f.putAll, queue as never, ["a", "b"]);
      setTimeout(abort, round % 3);
      await Promise.all([first, Promise.race([second, third])]);
      await queue.put("c");
      await put;
      const items = [await first, await second, await third].filter((item) => item !== "gave up");
      if (items.length < 3) items.push(await queue.get());
      assertEquals(items.toSorted(), ["a", "b", "c"]);
      assertEquals(queue.empty(), true);
    }
  });
});
