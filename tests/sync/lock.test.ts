// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { getContext } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { declareAcquirable } from "./acquirable_suite.ts";
import * as f from "./fixtures.ts";
import { acquireHere, forms, timed, withOthers } from "../others.ts";

forEachMethod("Lock", (method) => {
  const { Lock, Process } = getContext(method);
  declareAcquirable(method, () => new Lock());
  const [one, two] = withOthers(method, 2);

  it("is held by one call, also within a child", async () => {
    using lock = new Lock();
    for (const form of forms) {
      assertEquals(await acquireHere(lock, form), true);
      assertEquals(lock.tryAcquire(), false);
      assertEquals(await acquireHere(lock, form, { timeout: 5 }), false);
      lock.release();
    }
  });

  it("can be released by a child that does not hold it", async () => {
    using lock = new Lock();
    await lock.acquire();
    await one!.do(f.release, lock);
    assertEquals(await two!.do(f.tryAcquire, lock), true);
    lock.release();
    assertEquals(lock.tryAcquire(), true);
    lock.release();
    assertThrows(() => lock.release(), Error, "Cannot release a lock as nobody holds it");
  });

  it("wakes a waiter when another child releases it", async () => {
    using lock = new Lock();
    await one!.do(f.tryAcquire, lock);
    const released = two!.do(f.releaseLater, lock, 20);
    assertEquals(await lock.acquire({ timeout: 10_000 }), true);
    await released;
    lock.release();
  });

  it("is not abandoned as long as its owner lives", async () => {
    using lock = new Lock();
    assertEquals(lock.abandoned, false);
    await one!.do(f.tryAcquire, lock);
    assertEquals(lock.abandoned, false);
    assertEquals(await two!.do(f.isAbandoned, lock), false);
    await one!.do(f.release, lock);
    assertEquals(lock.abandoned, false);
  });

  for (const form of forms) {
    for (const way of ["return", "exit", "throw"] as const) {
      it(`goes to the next when its owner ends: ${way} (${form})`, async () => {
        using lock = new Lock();
        const child = new Process({ target: f.acquireAndEnd, args: [lock, form, way] });
        child.start();
        await child.join();
        assertEquals(lock.abandoned, true);
        assertEquals(await one!.do(f.isAbandoned, lock), true);
        assertEquals(await acquireHere(lock, form, { timeout: 10_000 }), true);
        assertEquals([lock.abandoned, await one!.do(f.isAbandoned, lock)], [true, true]);
        assertEquals(await one!.do(f.tryAcquire, lock), false);
        lock.release();
        assertEquals(lock.abandoned, false);
        assertEquals(await one!.do(f.tryAcquire, lock), true);
        assertEquals(await one!.do(f.isAbandoned, lock), false);
        await one!.do(f.release, lock);
      });
    }

    it(`goes to who waits when its owner is killed (${form})`, async () => {
      const { Semaphore } = getContext(method);
      using lock = new Lock();
      using here = new Semaphore(0);
      const child = new Process({ target: f.acquireAndStay, args: [lock, form, here] });
      child.start();
      await here.acquire({ timeout: 10_000 });
      const waits = [one!, two!].map((other) => other.do(f.acquireTimed, lock, form));
      const own = lock.acquire();
      await pause(30);
      child.kill();
      await child.join();
      // Each in its turn; who had it first took it from the dead.
      const took = await timed(async () => {
        const [a, b] = waits.map((wait, i) => wait.then(() => i));
        const c = own.then(() => 2);
        const left = new Map([a, b, c].map((wait, i) => [i, wait!]));
        for (let told = 0; left.size > 0; told++) {
          const next = await Promise.race(left.values());
          left.delete(next);
          assertEquals(lock.abandoned, told === 0);
          assertEquals(lock.tryAcquire(), false);
          lock.release();
        }
      });
      assertLess(took, 10_000);
      assert(lock.tryAcquire());
      lock.release();
    });
  }

  it("can be released in the name of an owner that died", async () => {
    using lock = new Lock();
    const child = new Process({ target: f.acquireAndEnd, args: [lock, "async", "return"] });
    child.start();
    await child.join();
    await one!.do(f.release, lock);
    assertEquals(lock.abandoned, false);
    assertEquals(lock.tryAcquire(), true);
    assertEquals(lock.abandoned, false);
    lock.release();
  });

  it("that nobody held is not abandoned by a child's end", async () => {
    using lock = new Lock();
    const child = new Process({ target: f.tryAcquireAndRelease, args: [lock] });
    child.start();
    await child.join();
    assertEquals(lock.abandoned, false);
    assertEquals(lock.tryAcquire(), true);
    lock.release();
  });
});
