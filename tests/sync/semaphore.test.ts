// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { shown } from "../../src/arguments.ts";
import { getContext, Semaphore as AnySemaphore } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { declareAcquirable } from "./acquirable_suite.ts";
import * as f from "./fixtures.ts";
import { acquireHere, forms, timed, withOthers } from "../others.ts";

const highest = 2 ** 30 - 1;

forEachMethod("Semaphore", (method) => {
  const { Semaphore, Process } = getContext(method);
  declareAcquirable(method, () => new Semaphore());
  const [one, two] = withOthers(method, 2);

  it("begins with its count, which is 1 if left out", () => {
    for (const n of [0, 1, 2, 1000, highest]) {
      using semaphore = new Semaphore(n);
      assertEquals(semaphore.getValue(), n);
    }
    using semaphore = new Semaphore();
    assertEquals(semaphore.getValue(), 1);
    using same = new Semaphore(undefined);
    assertEquals(same.getValue(), 1);
  });

  it("refuses what is no count", () => {
    for (const n of [-1, 0.5, NaN, Infinity, -Infinity, highest + 1, 2 ** 31, 2 ** 32]) {
      assertThrows(() => new Semaphore(n), RangeError, `received ${n}`);
    }
    for (const n of ["1", null, true, 1n, {}, []] as never[]) {
      assertThrows(() => new Semaphore(n), TypeError, `received ${shown(n)}`);
    }
  });

  it("is counted down and up by all children together", async () => {
    using semaphore = new Semaphore(4);
    assertEquals(semaphore.tryAcquire(), true);
    assertEquals(await one!.do(f.acquire, semaphore, {}), true);
    assertEquals(await two!.do(f.acquireSync, semaphore, {}), true);
    assertEquals([semaphore.getValue(), await one!.do(f.getValue, semaphore)], [1, 1]);
    assertEquals(semaphore.acquireSync(), true);
    assertEquals(semaphore.getValue(), 0);
    for (const form of forms) {
      assertEquals(await acquireHere(semaphore, form, { timeout: 5 }), false);
    }
    assertEquals(await one!.do(f.tryAcquire, semaphore), false);
    for (let count = 1; count <= 6; count++) {
      await [one, two][count % 2]!.do(f.release, semaphore);
      assertEquals(semaphore.getValue(), count);
    }
  });

  it("lets as many of one child's tasks in as its count says", async () => {
    using semaphore = new Semaphore(3);
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      using _hold = await semaphore.hold();
      most = Math.max(most, ++inside);
      await pause(i % 3);
      inside--;
    }));
    assertEquals([inside, most, semaphore.getValue()], [0, 3, 3]);
  });

  it("wakes as many as it is released for", async () => {
    using semaphore = new Semaphore(0);
    const waits = [one!, two!].map((other) => other.do(f.acquireTimed, semaphore, "sync"));
    const own = [semaphore.acquire(), semaphore.acquire()];
    await pause(30);
    const took = await timed(async () => {
      for (let i = 0; i < 5; i++) semaphore.release();
      for (const wait of waits) assertEquals((await wait).acquired, true);
      assertEquals(await Promise.all(own), [true, true]);
    });
    assertEquals(took < 2000, true);
    assertEquals(semaphore.getValue(), 1);
  });

  it("is at its highest count refused one more", () => {
    using semaphore = new Semaphore(highest - 1);
    semaphore.release();
    assertEquals(semaphore.getValue(), highest);
    assertThrows(() => semaphore.release(), Error, `its count is ${highest}`);
    assertEquals(semaphore.getValue(), highest);
    assertEquals(semaphore.tryAcquire(), true);
  });

  it("does not get back what a child had that ended", async () => {
    using semaphore = new Semaphore(2);
    const child = new Process({ target: f.acquireAndEnd, args: [semaphore, "async", "exit"] });
    child.start();
    await child.join();
    assertEquals(semaphore.getValue(), 1);
    semaphore.release();
    assertEquals(semaphore.getValue(), 2);
  });

  it("is not to be read once it is disposed", () => {
    const semaphore = new Semaphore(2);
    semaphore[Symbol.dispose]();
    assertThrows(() => semaphore.getValue(), Error, "disposed");
  });
});

forEachMethod("BoundedSemaphore", (method) => {
  const { BoundedSemaphore } = getContext(method);
  declareAcquirable(method, () => new BoundedSemaphore());
  const [one] = withOthers(method, 1);

  it("is a Semaphore", () => {
    using semaphore = new BoundedSemaphore(2);
    assertInstanceOf(semaphore, AnySemaphore);
    assertEquals(semaphore.getValue(), 2);
  });

  it("cannot be released above where it began, by any child, and nothing has changed then", async () => {
    for (const n of [0, 1, 3]) {
      using semaphore = new BoundedSemaphore(n);
      const message = `its count is ${n}, the highest`;
      assertThrows(() => semaphore.release(), Error, message);
      await assertRejects(() => one!.do(f.release, semaphore), Error, message);
      assertEquals(semaphore.getValue(), n);
      for (let i = 0; i < n; i++) assertEquals(await one!.do(f.tryAcquire, semaphore), true);
      assertEquals(semaphore.tryAcquire(), false);
      for (let i = 0; i < n; i++) semaphore.release();
      assertThrows(() => semaphore.release(), Error, message);
      assertEquals(semaphore.getValue(), n);
    }
  });

  it("refuses what is no count", () => {
    for (const n of [-1, 0.5, NaN, highest + 1]) {
      assertThrows(() => new BoundedSemaphore(n), RangeError, `received ${n}`);
    }
    assertThrows(() => new BoundedSemaphore("1" as never), TypeError, 'received "1"');
  });
});
