import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertGreaterOrEqual, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Empty, Full, getContext, type QueueProxy } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { type Other, timed, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { long, reason, until, watch, withManager, wrongTimeouts } from "./stage.ts";

/** All that is left, which must be there at once. */
async function drain<T>(queue: QueueProxy<T>): Promise<T[]> {
  const items: T[] = [];
  while (!await queue.empty()) items.push(await queue.getNoWait());
  return items;
}

forEachMethod("A managed", (method) => {
  const { Process } = getContext(method);
  const manager = withManager(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  for (const kind of ["Queue", "JoinableQueue"] as const) {
    describe(kind, () => {
      it("gives items in the order in which they were put, in any client", async () => {
        using queue = manager[kind]<unknown>();
        const items = [1, "two", { three: [3] }, null, undefined, 6n, new Map([[7, 7]])];
        for (const item of items) await queue.put(item);
        assertEquals(await queue.qsize(), items.length);
        assertEquals(await one.do(f.ask, queue, "get"), 1);
        assertEquals([await queue.get(), await queue.getNoWait()], items.slice(1, 3));
        assertEquals(await drain(queue), items.slice(3));
        assertEquals([await queue.qsize(), await queue.empty(), await queue.full()], [
          0,
          true,
          false,
        ]);
      });

      it("has those wait who find it empty, first come, first served", async () => {
        using queue = manager[kind]<number>();
        const gets = [watch(queue.get()), watch(queue.get({ timeout: long })), watch(queue.get())];
        assertEquals(await queue.qsize(), 0);
        await one.do(f.ask, queue, "put", 1);
        assertEquals(await gets[0]!.settled, { status: "fulfilled", value: 1 });
        assertEquals(gets[1]!.outcome, undefined);
        await queue.put(2);
        await queue.putNoWait(3);
        assertEquals(await gets[1]!.settled, { status: "fulfilled", value: 2 });
        assertEquals(await gets[2]!.settled, { status: "fulfilled", value: 3 });
        assertEquals(await queue.qsize(), 0);
      });

      it("has those wait who find it full, with the order of their items", async () => {
        using queue = manager[kind]<number>(2);
        await queue.put(1);
        assertEquals(await queue.full(), false);
        await queue.put(2);
        assertEquals(await queue.full(), true);
        const puts = [watch(queue.put(3)), watch(queue.put(4, { timeout: long }))];
        await assertRejects(() => queue.putNoWait(5), Full);
        assertEquals(puts.map(({ outcome }) => outcome), [undefined, undefined]);
        assertEquals(await one.do(f.ask, queue, "get"), 1);
        assertEquals((await puts[0]!.settled).status, "fulfilled");
        assertEquals(puts[1]!.outcome, undefined);
        assertEquals(await drain(queue), [2, 3, 4]);
        assertEquals((await puts[1]!.settled).status, "fulfilled");
      });

      it("is given up for: an empty one with Empty, a full one with Full", async () => {
        using queue = manager[kind]<number>(1);
        for (const options of [{ block: false }, { timeout: 0 }, { timeout: -1 }]) {
          await assertRejects(() => queue.get(options), Empty);
        }
        await assertRejects(() => queue.getNoWait(), Empty);
        assertGreaterOrEqual(
          await timed(() => assertRejects(() => queue.get({ timeout: 30 }), Empty)),
          29,
        );
        await queue.put(1, { block: false });
        for (const options of [{ block: false }, { timeout: 0 }, { timeout: -1 }]) {
          await assertRejects(() => queue.put(2, options), Full);
        }
        assertGreaterOrEqual(
          await timed(() => assertRejects(() => queue.put(2, { timeout: 30 }), Full)),
          29,
        );
        assertEquals(await drain(queue), [1]);
        for (const timeout of wrongTimeouts as number[]) {
          await assertRejects(() => queue.get({ timeout }), TypeError, "timeout must be a number");
          await assertRejects(
            () => queue.put(1, { timeout }),
            TypeError,
            "timeout must be a number",
          );
        }
        assertEquals(await queue.qsize(), 0);
      });

      it("loses nothing to those who abort, and gives it to those who stay", async () => {
        using queue = manager[kind]<number>(1);
        const controller = new AbortController();
        const { signal } = controller;
        const gets = [
          watch(queue.get({ signal })),
          watch(queue.get()),
          watch(queue.get({ signal })),
        ];
        controller.abort(reason);
        assertEquals(await gets[0]!.settled, { status: "rejected", reason });
        assertEquals(await gets[2]!.settled, { status: "rejected", reason });
        await queue.put(1);
        assertEquals(await gets[1]!.settled, { status: "fulfilled", value: 1 });
        const again = new AbortController();
        await queue.put(2);
        const puts = [watch(queue.put(3, { signal: again.signal })), watch(queue.put(4))];
        again.abort(reason);
        assertEquals(await puts[0]!.settled, { status: "rejected", reason });
        assertEquals([await queue.get(), await queue.get()], [2, 4]);
        assertEquals((await puts[1]!.settled).status, "fulfilled");
        assertEquals(await watch(queue.put(5, { signal })).settled, { status: "rejected", reason });
        assertEquals(await queue.empty(), true);
      });

      it("can be as large as one likes, and not of another size than a number", async () => {
        for (const maxSize of [0, -1, undefined]) {
          using queue = manager[kind]<number>(maxSize);
          await Promise.all(Array.from({ length: 500 }, (_, i) => queue.putNoWait(i)));
          assertEquals([await queue.full(), await queue.qsize()], [false, 500]);
        }
        for (const wrong of ["1", null, {}] as never[]) {
          assertThrows(
            () => manager[kind](wrong),
            TypeError,
            "maxSize must be an integer: received",
          );
        }
        for (const wrong of [NaN, 1.5]) {
          assertThrows(() => manager[kind](wrong), RangeError, `an integer: received ${wrong}`);
        }
      });

      it("is iterated for ever, until one leaves", async () => {
        using queue = manager[kind]<number>();
        const seen: number[] = [];
        const puts = one.do(f.putAll, queue, [1, 2, 3]);
        for await (const item of queue) if (seen.push(item) === 3) break;
        await puts;
        assertEquals(seen, [1, 2, 3]);
      });

      it("gives each item once, whoever gives up when", async () => {
        const times = fc.constantFrom(0, 1, 2, 3, 5);
        const deed = fc.record({
          put: fc.boolean(),
          timeout: fc.option(times, { nil: undefined }),
          abort: fc.option(times, { nil: undefined }),
          pause: fc.constantFrom(0, 0, 0, 1, 2),
        }, { noNullPrototype: true });
        const property = fc.asyncProperty(
          fc.array(deed, { minLength: 1, maxLength: 20 }),
          fc.constantFrom(0, 1, 2),
          async (deeds, maxSize) => {
            using queue = manager[kind]<number>(maxSize);
            const put: number[] = [];
            const got: number[] = [];
            const calls: Promise<void>[] = [];
            for (const [i, deed] of deeds.entries()) {
              const controller = new AbortController();
              const options = { timeout: deed.timeout, signal: controller.signal };
              const call = deed.put
                ? queue.put(i, options).then(() => void put.push(i))
                : queue.get(options).then((item) => void got.push(item));
              calls.push(call.catch((error) => {
                if (error !== reason && !(error instanceof Empty || error instanceof Full)) {
                  throw error;
                }
              }));
              const abort = () => controller.abort(reason);
              if (deed.abort !== undefined) setTimeout(abort, deed.abort);
              // Nobody is to wait for ever.
              else if (deed.timeout === undefined) setTimeout(abort, 10);
              if (deed.pause > 0) await pause(deed.pause);
            }
            await Promise.all(calls);
            const left = await drain(queue);
            const byNumber = (a: number, b: number) => a - b;
            assertEquals([...got, ...left].toSorted(byNumber), put.toSorted(byNumber));
            assertEquals(left, left.toSorted(byNumber));
          },
        );
        await fc.assert(property, { numRuns: rounds(15) });
      });
    });
  }

  describe("Queue", () => {
    it("gives nothing to a client that was killed while it waited, once that is seen", async () => {
      using queue = manager.Queue<number>();
      using here = manager.Event();
      const args = [here, queue, "get"] as const;
      const child = new Process({ target: f.sayAndCall, args });
      child.start();
      await here.wait({ timeout: long });
      child.kill();
      await child.join();
      await pause(400);
      const mine = watch(queue.get());
      await queue.put(1);
      assertEquals(await mine.settled, { status: "fulfilled", value: 1 });
    });

    it("carries all that several clients put, to several, each once", async () => {
      using queue = manager.Queue<number>(3);
      const range = (from: number) => Array.from({ length: 40 }, (_, i) => from + i);
      const puts = [one.do(f.putAll, queue, range(0)), two.do(f.putAll, queue, range(100))];
      const got = await Promise.all(Array.from({ length: 80 }, () => queue.get()));
      await Promise.all(puts);
      assertEquals(got.filter((n) => n < 100), range(0));
      assertEquals(got.filter((n) => n >= 100), range(100));
      assertEquals(await queue.empty(), true);
    });
  });

  for (const kind of ["Queue", "JoinableQueue"] as const) {
    describe(`${kind} (its count)`, () => {
      it("is joined once all that was put is done", async () => {
        using queue = manager[kind]<number>();
        assertEquals(await queue.join(), true);
        await queue.put(1);
        await queue.put(2);
        const joins = [watch(queue.join()), watch(one.do(f.ask, queue, "join"))];
        await two.do(f.ask, queue, "get");
        await two.do(f.ask, queue, "taskDone");
        await queue.get();
        assertEquals(await queue.join({ timeout: 10 }), false);
        assertEquals(joins.map(({ outcome }) => outcome), [undefined, undefined]);
        await queue.taskDone();
        for (const { settled } of joins) assertEquals((await settled).status, "fulfilled");
        await assertRejects(() => queue.taskDone(), Error, "as often as that");
      });

      it("counts neither what was not put nor what waits for room", async () => {
        using queue = manager[kind]<number>(1);
        await queue.put(1);
        const controller = new AbortController();
        const put = watch(queue.put(2, { signal: controller.signal }));
        await assertRejects(() => queue.put(3, { timeout: 0 }), Full);
        controller.abort(reason);
        assertEquals(await put.settled, { status: "rejected", reason });
        await queue.get();
        await queue.taskDone();
        assertEquals(await queue.join({ timeout: 0 }), true);
        const waits = watch(queue.join());
        assertEquals((await waits.settled).status, "fulfilled");
      });

      it("is given up for by a timeout or an abort, and others still wait", async () => {
        using queue = manager[kind]<number>();
        await queue.put(1);
        const controller = new AbortController();
        const leaves = watch(queue.join({ signal: controller.signal }));
        const stays = watch(queue.join());
        controller.abort(reason);
        assertEquals(await leaves.settled, { status: "rejected", reason });
        assertEquals(await queue.join({ timeout: 0 }), false);
        assertEquals(stays.outcome, undefined);
        await queue.taskDone();
        assertEquals(await stays.settled, { status: "fulfilled", value: true });
        await until(async () => await queue.join({ timeout: 0 }), "nothing is to be done");
      });
    });
  }
});
