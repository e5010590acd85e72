import { it } from "@std/testing/bdd";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { getContext } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { declareAcquirable } from "./acquirable_suite.ts";
import * as f from "./fixtures.ts";
import { acquireHere, forms, withOthers } from "../others.ts";

forEachMethod("RLock", (method) => {
  const { RLock, Process, Semaphore } = getContext(method);
  declareAcquirable(method, () => new RLock());
  const [one, two] = withOthers(method, 2);

  it("can be acquired again by the child that holds it, and is to be released as often", async () => {
    using lock = new RLock();
    for (const form of forms) assertEquals(await acquireHere(lock, form), true);
    assertEquals(lock.tryAcquire(), true);
    {
      using _ = await lock.hold({ timeout: 0 });
      using _again = lock.holdSync();
    }
    for (let depth = 3; depth > 0; depth--) {
      assertEquals(await one!.do(f.tryAcquire, lock), false);
      lock.release();
    }
    assertThrows(() => lock.release(), Error, "Cannot release a recursive lock as nobody holds it");
    assertEquals(await one!.do(f.tryAcquire, lock), true);
    assertEquals(await one!.do(f.acquire, lock, {}), true);
    await one!.do(f.release, lock);
    assertEquals(lock.tryAcquire(), false);
    await one!.do(f.release, lock);
    assertEquals(lock.tryAcquire(), true);
    lock.release();
  });

  it("cannot be released by a child that does not hold it, and nothing has changed then", async () => {
    using lock = new RLock();
    lock.tryAcquire();
    lock.tryAcquire();
    await assertRejects(() => one!.do(f.release, lock), Error, "another child holds it");
    assertEquals(await two!.do(f.tryAcquire, lock), false);
    lock.release();
    assertEquals(await two!.do(f.tryAcquire, lock), false);
    lock.release();
    assertEquals(await two!.do(f.tryAcquire, lock), true);
    assertThrows(() => lock.release(), Error, "another child holds it");
    await two!.do(f.release, lock);
  });

  it("is one lock in all handles of a child", async () => {
    using lock = new RLock();
    lock.tryAcquire();
    const back = await one!.do(f.echo<typeof lock>, lock);
    assertEquals(back.tryAcquire(), true);
    lock.release();
    assertEquals(await one!.do(f.tryAcquire, lock), false);
    back.release();
    assertEquals(await one!.do(f.tryAcquire, lock), true);
    await one!.do(f.release, lock);
  });

  for (const form of forms) {
    for (const way of ["return", "exit", "throw"] as const) {
      it(`goes to the next, once, when its owner ends: ${way} (${form})`, async () => {
        using lock = new RLock();
        const child = new Process({ target: f.acquireTwiceAndEnd, args: [lock, form, way] });
        child.start();
        await child.join();
        assertEquals(lock.abandoned, true);
        assertEquals(await acquireHere(lock, form, { timeout: 10_000 }), true);
        assertEquals([lock.abandoned, await one!.do(f.isAbandoned, lock)], [true, true]);
        assertEquals(lock.tryAcquire(), true);
        lock.release();
        assertEquals(lock.abandoned, true);
        assertEquals(await one!.do(f.tryAcquire, lock), false);
        lock.release();
        assertEquals(lock.abandoned, false);
        assertEquals(await one!.do(f.tryAcquire, lock), true);
        assertEquals(lock.abandoned, false);
        await one!.do(f.release, lock);
      });
    }

    it(`goes to who waits when its owner is killed (${form})`, async () => {
      using lock = new RLock();
      using here = new Semaphore(0);
      const child = new Process({ target: f.acquireAndStay, args: [lock, form, here] });
      child.start();
      await here.acquire({ timeout: 10_000 });
      const wait = one!.do(f.acquireTimed, lock, form, { timeout: 10_000 });
      await pause(30);
      child.kill();
      await child.join();
      assertEquals((await wait).acquired, true);
      assertEquals(lock.abandoned, true);
      assertThrows(() => lock.release(), Error, "another child holds it");
      await one!.do(f.release, lock);
      assertEquals(lock.abandoned, false);
    });
  }

  it("cannot be released in the name of an owner that died", async () => {
    using lock = new RLock();
    const child = new Process({ target: f.acquireAndEnd, args: [lock, "async", "return"] });
    child.start();
    await child.join();
    assertThrows(() => lock.release(), Error, "Cannot release a recursive lock");
    assertEquals([lock.abandoned, lock.tryAcquire()], [true, true]);
    lock.release();
  });
});
