import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { shown } from "../../src/arguments.ts";
import { BrokenBarrierError, getContext } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { type Other, timed, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import {
  long,
  Order,
  reason,
  until,
  watch,
  type Watched,
  withManager,
  wrongTimeouts,
} from "./stage.ts";

const fulfilled = <T>(value: T): PromiseSettledResult<T> => ({ status: "fulfilled", value });
const rejected: PromiseSettledResult<never> = { status: "rejected", reason };

function assertBroken({ outcome }: Watched<unknown>): void {
  assert(outcome?.status === "rejected" && outcome.reason instanceof BrokenBarrierError);
}

forEachMethod("A managed", (method) => {
  const { Process } = getContext(method);
  const manager = withManager(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  describe("Event", () => {
    it("is set and cleared, by any client", async () => {
      using event = manager.Event();
      assertEquals(await event.isSet(), false);
      await one.do(f.ask, event, "set");
      assertEquals([await event.isSet(), await event.wait()], [true, true]);
      await event.set();
      await event.clear();
      assertEquals(await one.do(f.ask, event, "isSet"), false);
      await event.clear();
      assertEquals(await event.wait({ timeout: 0 }), false);
    });

    it("wakes all who wait, wherever they are", async () => {
      using event = manager.Event();
      const waits = [
        watch(event.wait()),
        watch(event.wait({ timeout: Infinity })),
        watch(one.do(f.ask, event, "wait")),
        watch(two.do(f.ask, event, "wait", { timeout: long })),
      ];
      await pause(20);
      assertEquals(waits.map(({ outcome }) => outcome), [
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      await event.set();
      for (const { settled } of waits) assertEquals(await settled, fulfilled<unknown>(true));
    });

    it("that is set and cleared in one go has woken those who waited", async () => {
      using event = manager.Event();
      const waits = watch(event.wait({ timeout: long }));
      void event.set();
      void event.clear();
      assertEquals(await waits.settled, fulfilled(true));
      assertEquals(await event.isSet(), false);
    });

    it("is given up for by a timeout or an abort", async () => {
      using event = manager.Event();
      const took = await timed(async () => assertEquals(await event.wait({ timeout: 30 }), false));
      assertGreaterOrEqual(took, 29);
      assertEquals(await event.wait({ timeout: -1 }), false);
      const controller = new AbortController();
      const [leaves, stays] = [
        watch(event.wait({ signal: controller.signal })),
        watch(event.wait()),
      ];
      controller.abort(reason);
      assertEquals(await leaves.settled, rejected);
      assertEquals(await watch(event.wait({ signal: controller.signal })).settled, rejected);
      assertEquals(stays.outcome, undefined);
      await event.set();
      assertEquals(await stays.settled, fulfilled(true));
      for (const timeout of wrongTimeouts as number[]) {
        await assertRejects(() => event.wait({ timeout }), TypeError, "timeout must be a number");
      }
    });
  });

  describe("Condition", () => {
    it("gives its lock up while it is waited for, and has it again then", async () => {
      using condition = manager.Condition();
      await condition.acquire();
      const waits = watch(condition.wait());
      assertEquals(await one.do(f.ask, condition, "acquire"), true);
      await one.do(f.ask, condition, "notify");
      await pause(10);
      assertEquals(waits.outcome, undefined);
      await one.do(f.ask, condition, "release");
      assertEquals(await waits.settled, fulfilled(true));
      assertEquals(await one.do(f.ask, condition, "tryAcquire"), false);
      await condition.release();
    });

    it("is not waited for nor notified by a client that does not hold it", async () => {
      using condition = manager.Condition();
      const message = "does not hold its lock";
      await one.do(f.ask, condition, "acquire");
      for (let round = 0; round < 2; round++) {
        await assertRejects(() => condition.wait(), Error, message);
        await assertRejects(() => condition.wait({ timeout: 0 }), Error, message);
        for (const is of [false, true]) {
          await assertRejects(() => condition.waitFor(() => is), Error, message);
        }
        await assertRejects(() => condition.notify(), Error, message);
        await assertRejects(() => condition.notifyAll(), Error, message);
        if (round === 0) await one.do(f.ask, condition, "release");
      }
      using _ = await condition.hold();
      for (const n of [-1, 0.5, NaN, Infinity]) {
        await assertRejects(async () => await condition.notify(n), RangeError, `received ${n}`);
      }
      await assertRejects(async () => await condition.notify("1" as never), TypeError, '"1"');
      const wrong = "predicate must be a function: received true";
      await assertRejects(() => condition.waitFor(true as never), TypeError, wrong);
      await condition.notify();
      await condition.notify(0);
      await condition.notifyAll();
    });

    it("notifies as many as it is told, the longest wait first", async () => {
      using condition = manager.Condition();
      const order = new Order();
      const waits: Promise<void>[] = [];
      for (const name of ["a", "b", "c", "d"]) {
        await condition.acquire();
        waits.push(order.note(name, condition.wait().then(() => condition.release())));
      }
      await condition.acquire();
      await condition.notify(0);
      await condition.notify(2);
      await condition.release();
      await Promise.all(waits.slice(0, 2));
      order.check("a", "b");
      await condition.acquire();
      await condition.notifyAll();
      await condition.release();
      await Promise.all(waits);
      order.check("a", "b", "c", "d");
      assertEquals(await condition.tryAcquire(), true);
    });

    for (const kind of ["Lock", "RLock"] as const) {
      it(`has the lock after a timeout and an abort, and swallows no wake-up (${kind})`, async () => {
        using lock = manager[kind]();
        using condition = manager.Condition(lock);
        using here = manager.Event();
        await condition.acquire();
        const took = await timed(async () => {
          assertEquals(await condition.wait({ timeout: 30 }), false);
        });
        assertGreaterOrEqual(took, 29);
        assertEquals(await condition.wait({ timeout: 0 }), false);
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
        const controller = new AbortController();
        const leaves = watch(condition.wait({ signal: controller.signal }));
        const stays = watch(one.do(f.waitUnder, condition, here, {}));
        await here.wait();
        assertEquals(await two.do(f.ask, lock, "acquire"), true);
        controller.abort(reason);
        await pause(10);
        assertEquals(leaves.outcome, undefined);
        // Who was first in the line is gone from it.
        await two.do(f.ask, condition, "notify");
        await two.do(f.ask, lock, "release");
        assertEquals(await leaves.settled, rejected);
        assertEquals(await two.do(f.ask, lock, "tryAcquire"), false);
        await lock.release();
        assertEquals(await stays.settled, fulfilled(true));
        await condition.acquire();
        const before = watch(condition.wait({ signal: AbortSignal.abort(reason) }));
        assertEquals(await before.settled, rejected);
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
        await lock.release();
      });
    }

    it("gives an RLock up as often as it was acquired, and takes it as often", async () => {
      using lock = manager.RLock();
      using condition = manager.Condition(lock);
      for (let i = 0; i < 3; i++) await lock.acquire();
      const waits = watch(condition.wait());
      await one.do(f.ask, lock, "acquire");
      await one.do(f.ask, condition, "notify");
      await one.do(f.ask, lock, "release");
      assertEquals(await waits.settled, fulfilled(true));
      for (let i = 0; i < 3; i++) {
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
        await lock.release();
      }
      assertEquals(await one.do(f.ask, lock, "tryAcquire"), true);
      await one.do(f.ask, lock, "release");
    });

    it("is waited for until a predicate is true, called with the lock held", async () => {
      using condition = manager.Condition();
      using goods = manager.Value("i", 0);
      await condition.acquire();
      const waits = watch(condition.waitFor(async () => {
        assertEquals(await two.do(f.ask, condition, "tryAcquire"), false);
        return await goods.value > 1 ? "enough" : "";
      }));
      for (let n = 1; n <= 2; n++) {
        assertEquals(await one.do(f.ask, condition, "acquire"), true);
        await goods.set(n);
        await one.do(f.ask, condition, "notifyAll");
        await one.do(f.ask, condition, "release");
      }
      assertEquals(await waits.settled, fulfilled<string | false>("enough"));
      assertEquals(await condition.waitFor(() => false, { timeout: 20 }), false);
      assertEquals(await condition.waitFor(() => 7, { timeout: 0 }), 7);
      const thrown = await assertRejects(() =>
        condition.waitFor(() => {
          throw reason;
        })
      );
      assertStrictEquals(thrown, reason);
      assertEquals(await two.do(f.ask, condition, "tryAcquire"), false);
    });

    it("goes on for the others when one that waits is killed, or one that holds it", async () => {
      using condition = manager.Condition();
      using here = manager.Event();
      const child = new Process({ target: f.waitUnder, args: [condition, here, {}] });
      child.start();
      await here.wait({ timeout: long });
      await condition.acquire({ timeout: long });
      const waits = watch(condition.wait());
      child.kill();
      await child.join();
      // The death is seen soon, and then nobody stands before the other.
      await pause(300);
      await one.do(f.ask, condition, "acquire");
      await one.do(f.ask, condition, "notify");
      await one.do(f.ask, condition, "release");
      assertEquals(await waits.settled, fulfilled(true));
      await condition.release();
    });

    it("is made with a lock of the manager, and nothing else", () => {
      for (const wrong of [{}, 1, "lock", null, manager.Semaphore(), manager.dict()] as never[]) {
        assertThrows(() => manager.Condition(wrong), TypeError, "lock must be");
      }
    });
  });

  describe("Barrier", () => {
    it("lets all go when the last has arrived, again and again", async () => {
      using barrier = manager.Barrier(3);
      assertEquals(await barrier.parties, 3);
      for (let round = 0; round < 3; round++) {
        const mine = watch(barrier.wait());
        const theirs = watch(one.do(f.ask, barrier, "wait"));
        await until(async () => await barrier.nWaiting === 2, "two wait");
        assertEquals([mine.outcome, theirs.outcome], [undefined, undefined]);
        const last = await barrier.wait({ timeout: 0 });
        const both = [await mine.settled, await theirs.settled];
        assertEquals(last, 2);
        const indices = both.map((each) => each.status === "fulfilled" ? each.value : each);
        assertEquals(indices.toSorted(), [0, 1]);
        assertEquals([await barrier.nWaiting, await barrier.broken], [0, false]);
      }
    });

    for (const how of ["timeout", "abort", "abort()", "reset()", "default timeout"] as const) {
      it(`is broken for all who wait, or reset: ${how}`, async () => {
        using barrier = manager.Barrier(3, how === "default timeout" ? { timeout: 60 } : {});
        const other = watch(one.do(f.ask, barrier, "wait", { timeout: long }));
        await until(async () => await barrier.nWaiting === 1, "one waits");
        const controller = new AbortController();
        const mine = watch(barrier.wait({
          signal: controller.signal,
          timeout: how === "timeout" ? 10 : undefined,
        }));
        if (how === "abort()") await barrier.abort();
        if (how === "reset()") await barrier.reset();
        if (how === "abort") controller.abort(reason);
        await Promise.all([mine.settled, other.settled]);
        assertBroken(other);
        if (how === "abort") assertEquals(mine.outcome, rejected);
        else assertBroken(mine);
        assertEquals(await barrier.broken, how !== "reset()");
        assertEquals(await barrier.nWaiting, 0);
        if (how !== "reset()") await assertRejects(() => barrier.wait(), BrokenBarrierError);
        await barrier.reset();
        assertEquals(await barrier.broken, false);
        const again = [barrier.wait(), barrier.wait(), barrier.wait()];
        assertEquals(await Promise.all(again), [0, 1, 2]);
      });
    }

    it("calls its action once a round, in the server, before anyone goes on", async () => {
      using barrier = manager.Barrier(2, { action: f.nameHere });
      await Promise.all([barrier.wait(), barrier.wait()]);
      using failing = manager.Barrier(2, { action: f.fail });
      const waits = [watch(failing.wait()), watch(failing.wait())];
      await Promise.all(waits.map(({ settled }) => settled));
      assertBroken(waits[0]!);
      const { outcome } = waits[1]!;
      assert(outcome?.status === "rejected");
      assertEquals(outcome.reason.message, "expected: the fixture failed");
      assertEquals([await failing.broken, await barrier.broken], [true, false]);
    });

    it("is not aborted by a signal that comes too late, nor waited at by one that was aborted", async () => {
      using barrier = manager.Barrier(2);
      const controller = new AbortController();
      const both = [watch(barrier.wait({ signal: controller.signal })), watch(barrier.wait())];
      await both[1]!.settled;
      controller.abort(reason);
      assertEquals(await both[0]!.settled, fulfilled(0));
      assertEquals(await barrier.broken, false);
      for (const wrong of [0, -1, 0.5, NaN]) {
        assertThrows(() => manager.Barrier(wrong), RangeError, `received ${wrong}`);
      }
      for (const wrong of ["2", null] as never[]) {
        assertThrows(() => manager.Barrier(wrong), TypeError, `received ${shown(wrong)}`);
        const action = () => manager.Barrier(1, { action: wrong });
        assertThrows(action, TypeError, `action must be a function: received ${shown(wrong)}`);
      }
      for (const timeout of wrongTimeouts as number[]) {
        assertThrows(() => manager.Barrier(1, { timeout }), TypeError, "timeout must be a number");
        await assertRejects(() => barrier.wait({ timeout }), TypeError, "timeout must be a number");
      }
    });
  });
});
