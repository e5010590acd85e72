import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { getContext } from "../../mod.ts";
import { nothing, pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { declareAcquirable } from "./acquirable_suite.ts";
import { until } from "../process/scratch.ts";
import * as c from "./condition_fixtures.ts";
import * as f from "./fixtures.ts";
import { forms, type Other, timed, withOthers } from "../others.ts";

const reason = new Error("expected: aborted by the test");

forEachMethod("Condition", (method) => {
  const { Lock, RLock, Semaphore, Condition, Process, Value } = getContext(method);
  declareAcquirable(method, () => new Condition());
  const [one, two] = withOthers(method, 2) as [Other, Other];

  it("is made with a Lock or RLock, whose acquiring it shares", async () => {
    for (const lock of [new Lock(), new RLock()]) {
      using condition = new Condition(lock);
      await condition.acquire();
      assertEquals(await one.do(f.tryAcquire, lock), false);
      condition.release();
      assertEquals(await one.do(f.tryAcquire, lock), true);
      assertEquals(condition.tryAcquire(), false);
      await one.do(f.release, condition);
      lock[Symbol.dispose]();
    }
    for (const wrong of [new Semaphore(), {}, 1, "lock", null] as never[]) {
      assertThrows(() => new Condition(wrong), TypeError, "must be a Lock or an RLock");
    }
  });

  it("says, as the lock of a value does, that its owner died", async () => {
    using condition = new Condition();
    using value = new Value("i");
    using semaphore = new Semaphore();
    for (const held of [condition, value.getLock()]) {
      assertEquals(held.abandoned, false);
      const child = new Process({ target: f.acquireAndEnd, args: [held, "async", "return"] });
      child.start();
      await child.join();
      assertEquals(held.abandoned, true);
      assertEquals(await held.acquire({ timeout: 10_000 }), true);
      assertEquals(held.abandoned, true);
      held.release();
      assertEquals(held.abandoned, false);
    }
    assertEquals(semaphore.abandoned, false);
  });

  it("is not waited for nor notified by a child that does not hold it", async () => {
    using condition = new Condition();
    await one.do(f.tryAcquire, condition);
    const message = "does not hold its lock";
    await assertRejects(() => condition.wait(), Error, message);
    await assertRejects(() => condition.waitFor(() => true), Error, message);
    assertThrows(() => condition.waitSync(), Error, message);
    assertThrows(() => condition.waitForSync(() => true), Error, message);
    assertThrows(() => condition.notify(), Error, message);
    assertThrows(() => condition.notifyAll(), Error, message);
    await one.do(f.release, condition);
    assertThrows(() => condition.notify(), Error, message);
    using _ = await condition.hold();
    for (const n of [-1, 0.5, NaN, Infinity]) {
      assertThrows(() => condition.notify(n), RangeError, `received ${n}`);
    }
    assertThrows(() => condition.notify("1" as never), TypeError, 'received "1"');
    const wrong = "predicate must be a function: received true";
    await assertRejects(() => condition.waitFor(true as never), TypeError, wrong);
    assertThrows(() => condition.waitForSync(true as never), TypeError, wrong);
    condition.notify();
    condition.notify(0);
    condition.notifyAll();
  });

  for (const form of forms) {
    it(`gives its lock up while it is waited for, and has it again then (${form})`, async () => {
      using condition = new Condition();
      using here = new Semaphore(0);
      const waits = [one, two].map((other) => other.do(c.waitOnce, condition, form, here, {}));
      for (let i = 0; i < 2; i++) assert(await here.acquire({ timeout: 20_000 }));
      // Who has told it has the lock still; once it can be had, that child waits.
      for (let left = 2; left > 0; left--) {
        using _ = await condition.hold();
        condition.notify();
      }
      assertEquals(await Promise.all(waits), [true, true]);
      assertEquals(condition.tryAcquire(), true);
      condition.release();
    });

    it(`notifies as many as it is told, the longest wait first (${form})`, async () => {
      using condition = new Condition();
      using here = new Semaphore(0);
      const order: string[] = [];
      for (const [name, other] of [["one", one], ["two", two]] as const) {
        void other.do(c.waitOnce, condition, form, here, {}).then(() => order.push(name));
        assert(await here.acquire({ timeout: 20_000 }));
        (await condition.hold())[Symbol.dispose]();
      }
      const own = c.waitOnce(condition, "async", here, {}).then(() => order.push("own"));
      await here.acquire();
      await condition.acquire();
      condition.notify();
      condition.release();
      await until(() => order.length > 0, "somebody was told");
      await pause(30);
      assertEquals(order, ["one"]);
      await condition.acquire();
      condition.notify(5);
      condition.release();
      await own;
      await one.do(nothing);
      await two.do(nothing);
      assertEquals(order.slice().sort(), ["one", "own", "two"]);
    });

    it(`is given up for when the time is over, with the lock held again (${form})`, async () => {
      using condition = new Condition();
      using _ = await condition.hold();
      for (const timeout of [-1, 0, 1, 40]) {
        const took = await timed(async () => {
          const told = form === "sync"
            ? condition.waitSync({ timeout })
            : await condition.wait({ timeout });
          assertEquals(told, false);
        });
        assertGreaterOrEqual(took, timeout - 0.1);
        assertEquals(await one.do(f.tryAcquire, condition), false);
      }
      // Nobody waits any more: this notification is for nobody.
      condition.notify();
      assertEquals(await condition.wait({ timeout: 5 }), false);
    });

    it(`waits for a predicate, and gives what that gave (${form})`, async () => {
      using condition = new Condition();
      using count = new Semaphore(0);
      const told = one.do(c.waitForCount, condition, form, count, 3);
      for (let i = 0; i < 3; i++) {
        using _ = await condition.hold();
        count.release();
        condition.notifyAll();
      }
      assertEquals(await told, "count 3");
      using _ = await condition.hold();
      assertEquals(await condition.waitFor(() => 0, { timeout: 10 }), false);
      assertEquals(condition.waitForSync(() => "", { timeout: 10 }), false);
      assertEquals(await condition.waitFor(() => Promise.resolve("yes"), { timeout: 0 }), "yes");
      const fail = (): never => {
        throw reason;
      };
      assertStrictEquals(await assertRejects(() => condition.waitFor(fail)), reason);
      assertStrictEquals(assertThrows(() => condition.waitForSync(fail)), reason);
      assertEquals(await one.do(f.tryAcquire, condition), false);
    });
  }

  it("has its lock again when a wait for it is aborted", async () => {
    using condition = new Condition();
    using _ = await condition.hold();
    const before = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => condition.wait({ signal: before })), reason);
    const controller = new AbortController();
    const wait = condition.wait({ signal: controller.signal });
    const outcome = Promise.allSettled([wait]);
    assertEquals(await one.do(f.tryAcquire, condition), true);
    controller.abort(reason);
    await pause(20);
    await one.do(f.release, condition);
    assertEquals(await outcome, [{ status: "rejected", reason }]);
    assertEquals(await one.do(f.tryAcquire, condition), false);
  });

  it("is held as often after a wait as before it", async () => {
    using condition = new Condition(new RLock());
    for (let depth = 0; depth < 3; depth++) await condition.acquire();
    const wait = condition.wait({ timeout: 10_000 });
    assertEquals(await one.do(c.notifyOnce, condition), undefined);
    assertEquals(await wait, true);
    for (let depth = 3; depth > 0; depth--) {
      assertEquals(await one.do(f.tryAcquire, condition), false);
      condition.release();
    }
    assertEquals(await one.do(f.tryAcquire, condition), true);
    await one.do(f.release, condition);
  });

  it("can be waited for by many tasks of one child", async () => {
    using condition = new Condition();
    let waiting = 0;
    const waits = Array.from({ length: 50 }, async () => {
      using _ = await condition.hold();
      waiting++;
      return await condition.wait({ timeout: 20_000 });
    });
    while (waiting < 50) await pause(1);
    await one.do(c.notifyOnce, condition);
    await condition.acquire();
    condition.notifyAll();
    condition.release();
    assertEquals(new Set(await Promise.all(waits)), new Set([true]));
  });

  it("tells who waits that it is disposed", async () => {
    const condition = new Condition();
    using here = new Semaphore(0);
    const waits = [
      one.do(c.waitOnce, condition, "sync", here, {}),
      two.do(c.waitOnce, condition, "async", here, {}),
    ];
    const outcomes = Promise.allSettled(waits);
    for (let i = 0; i < 2; i++) assert(await here.acquire({ timeout: 20_000 }));
    (await condition.hold())[Symbol.dispose]();
    condition[Symbol.dispose]();
    for (const outcome of await outcomes) assertEquals(outcome.status, "rejected");
    assertThrows(() => condition.notify(), Error, "disposed");
  });
});
