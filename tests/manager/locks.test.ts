// @runs-on one: it takes long

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { shown } from "../../src/arguments.ts";
import { getContext, type LockProxy, type RLockProxy } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { type Other, withOthers } from "../others.ts";
import { declareAcquirable } from "./acquirable_suite.ts";
import * as f from "./fixtures.ts";
import { long, Order, watch, withManager } from "./stage.ts";

forEachMethod("A managed", (method) => {
  const { Process } = getContext(method);
  const manager = withManager(method);
  const others = withOthers(method, 2) as [Other, Other];
  const [one, two] = others;

  describe("Lock", () => {
    declareAcquirable(manager, others, () => manager.Lock());

    it("is held by one call, also within a client", async () => {
      using lock = manager.Lock();
      await lock.acquire();
      assertEquals(await lock.tryAcquire(), false);
      assertEquals(await lock.acquire({ timeout: 5 }), false);
      await lock.release();
    });

    it("can be released by a client that does not hold it, if anyone does", async () => {
      using lock = manager.Lock();
      await lock.acquire();
      await one.do(f.ask, lock, "release");
      await assertRejects(
        () => lock.release(),
        Error,
        "Cannot release the lock as nobody holds it",
      );
      assertEquals(await two.do(f.ask, lock, "tryAcquire"), true);
      await lock.release();
    });

    for (const kind of ["Lock", "RLock"] as const) {
      it(`goes to the next when its owner is killed, and is abandoned (${kind})`, async () => {
        using lock = manager[kind]();
        using here = manager.Event();
        const child = new Process({ target: f.acquireAndStay, args: [lock as LockProxy, here] });
        child.start();
        await here.wait({ timeout: long });
        const waits = [watch(lock.acquire()), watch(one.do(f.ask, lock, "acquire"))];
        assertEquals(await lock.abandoned, false);
        child.kill();
        await child.join();
        // The two wait in the order in which they came, which may be any.
        const mine = waits[0]!.settled.then(async () => {
          const abandoned = await lock.abandoned;
          await lock.release();
          return abandoned;
        });
        const theirs = waits[1]!.settled.then(async () => {
          const abandoned = await one.do(f.read, lock, "abandoned");
          await one.do(f.ask, lock, "release");
          return abandoned;
        });
        assertEquals((await Promise.all([mine, theirs])).toSorted(), [false, true]);
        assertEquals(await lock.abandoned, false);
        assertEquals(await lock.tryAcquire(), true);
        await lock.release();
      });

      it(`is abandoned by an owner that ends without a release (${kind})`, async () => {
        using lock = manager[kind]();
        const child = new Process({ target: f.acquireAndEnd, args: [lock as LockProxy] });
        child.start();
        await child.join();
        assertEquals(await lock.acquire({ timeout: long }), true);
        assertEquals(await one.do(f.read, lock, "abandoned"), true);
        await lock.release();
        assertEquals(await lock.abandoned, false);
      });
    }

    it("is not given to a client that was killed while it waited", async () => {
      using lock = manager.Lock();
      using here = manager.Event();
      await lock.acquire();
      const args = [here, lock, "acquire"] as const;
      const child = new Process({ target: f.sayAndCall, args });
      child.start();
      await here.wait({ timeout: long });
      const order = new Order();
      const next = order.note("next", one.do(f.ask, lock, "acquire"));
      child.kill();
      await child.join();
      await lock.release();
      await next;
      await one.do(f.ask, lock, "release");
      assertEquals(await lock.acquire({ timeout: long }), true);
    });
  });

  describe("RLock", () => {
    declareAcquirable(manager, others, () => manager.RLock());

    it("is acquired by its client as often as that wants, and released as often", async () => {
      using lock = manager.RLock();
      const holds: Disposable[] = [];
      for (let i = 0; i < 4; i++) holds.push(await lock.hold({ timeout: 0 }));
      for (const hold of holds) {
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
        hold[Symbol.dispose]();
      }
      assertEquals(await one.do(f.ask, lock, "tryAcquire"), true);
      await one.do(f.ask, lock, "release");
    });

    it("is released by the client that holds it, and nobody else", async () => {
      using lock = manager.RLock();
      await assertRejects(() => lock.release(), Error, "as nobody holds it");
      await one.do(f.ask, lock, "acquire");
      await assertRejects(() => lock.release(), Error, "as another client holds it");
      assertEquals(await lock.tryAcquire(), false);
      await one.do(f.ask, lock, "release");
      assertEquals(await lock.tryAcquire(), true);
      await lock.release();
    });
  });

  for (const kind of ["Semaphore", "BoundedSemaphore"] as const) {
    describe(kind, () => {
      declareAcquirable(manager, others, () => manager[kind]());

      it("counts down and up", async () => {
        using semaphore = manager[kind](3);
        for (let left = 2; left >= 0; left--) {
          assertEquals(await semaphore.acquire(), true);
          assertEquals(await one.do(f.ask, semaphore, "getValue"), left);
        }
        assertEquals(await semaphore.tryAcquire(), false);
        const waits = [watch(semaphore.acquire()), watch(semaphore.acquire())];
        await one.do(f.ask, semaphore, "release");
        assertEquals(await waits[0]!.settled, { status: "fulfilled", value: true });
        assertEquals([waits[1]!.outcome, await semaphore.getValue()], [undefined, 0]);
        for (let i = 0; i < 4; i++) await semaphore.release();
        assertEquals(await waits[1]!.settled, { status: "fulfilled", value: true });
        assertEquals(await semaphore.getValue(), 3);
      });

      it("can begin at 0, and not at what is no count", async () => {
        using semaphore = manager[kind](0);
        assertEquals(await semaphore.tryAcquire(), false);
        for (const wrong of [-1, 0.5, NaN, "1", null, Infinity] as number[]) {
          const kindOfError = typeof wrong === "number" ? RangeError : TypeError;
          assertThrows(() => manager[kind](wrong), kindOfError, `received ${shown(wrong)}`);
        }
      });

      it("is released more often than it was acquired, unless it is bounded", async () => {
        using semaphore = manager[kind](1);
        if (kind === "Semaphore") {
          await semaphore.release();
          assertEquals(await semaphore.getValue(), 2);
        } else {
          await assertRejects(() => semaphore.release(), Error, "more often than it was acquired");
          assertEquals(await semaphore.getValue(), 1);
        }
      });
    });
  }

  describe("Condition, as a lock", () => {
    declareAcquirable(manager, others, () => manager.Condition());

    it("shares its acquiring with the lock that it was made with", async () => {
      const locks: (LockProxy | RLockProxy)[] = [manager.Lock(), manager.RLock()];
      for (const lock of locks) {
        using condition = manager.Condition(lock);
        await condition.acquire();
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
        await condition.release();
        assertEquals(await one.do(f.ask, lock, "tryAcquire"), true);
        assertEquals(await condition.tryAcquire(), false);
        await one.do(f.ask, condition, "release");
        lock[Symbol.dispose]();
      }
    });
  });
});
