/**
 * What holds for each managed object that can be acquired, and that one client can hold at a time.
 */

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type AcquirableProxy, type Manager, TimeoutError } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { type Other, timed } from "../others.ts";
import * as f from "./fixtures.ts";
import { long, Order, reason, watch, wrongTimeouts } from "./stage.ts";

/** Declares the tests; `make` gives one that is free. */
export function declareAcquirable(
  manager: Manager,
  others: readonly Other[],
  make: () => AcquirableProxy,
): void {
  const [one, two] = others as [Other, Other];

  /** One that another client holds. */
  async function held(): Promise<AcquirableProxy> {
    const lock = make();
    assertEquals(await one.do(f.ask, lock, "tryAcquire"), true);
    return lock;
  }

  /** Checks that it is free, and that one can hold it: nothing of what was given up is left. */
  async function assertFree(lock: AcquirableProxy): Promise<void> {
    assertEquals(await two.do(f.ask, lock, "acquire", { timeout: long }), true);
    assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
    await two.do(f.ask, lock, "release");
    assertEquals(await lock.tryAcquire(), true);
    assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
    await lock.release();
  }

  it("is acquired if it is free, and released by the one who holds it", async () => {
    using lock = make();
    for (const options of [undefined, {}, { timeout: 0 }, { block: false }, { timeout: -1 }]) {
      assertEquals(await lock.acquire(options), true);
      assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
      await lock.release();
    }
    await assertFree(lock);
  });

  it("is waited for until it is released, however long", async () => {
    using lock = await held();
    for (const options of [{}, { timeout: long }, { timeout: Infinity }, { timeout: 2 ** 40 }]) {
      const waits = watch(lock.acquire(options));
      await pause(15);
      assertEquals(waits.outcome, undefined);
      await one.do(f.ask, lock, "release");
      assertEquals(await waits.settled, { status: "fulfilled", value: true });
      await lock.release();
      assertEquals(await one.do(f.ask, lock, "tryAcquire"), true);
    }
    await one.do(f.ask, lock, "release");
    await assertFree(lock);
  });

  it("goes to those who wait in the order in which they came", async () => {
    using lock = await held();
    const order = new Order();
    const mine = order.note("first", lock.acquire());
    assertEquals(await lock.tryAcquire(), false);
    using here = manager.Event();
    const theirs = order.note("second", two.do(f.sayAndCall, here, lock, "acquire"));
    await here.wait();
    const last = order.note("third", lock.acquire());
    assertEquals(await lock.acquire({ timeout: 5 }), false);
    await one.do(f.ask, lock, "release");
    await mine;
    order.check("first");
    await lock.release();
    await theirs;
    order.check("first", "second");
    await two.do(f.ask, lock, "release");
    await last;
    await lock.release();
    await assertFree(lock);
  });

  it("is given up for at once without block or time, and later when the time is over", async () => {
    using lock = await held();
    for (const options of [{ block: false }, { timeout: 0 }, { timeout: -5 }]) {
      assertEquals(await lock.acquire(options), false);
    }
    assertEquals(await lock.acquire({ block: false, timeout: long }), false);
    const took = await timed(async () => {
      assertEquals(await lock.acquire({ timeout: 30 }), false);
    });
    assertGreaterOrEqual(took, 29);
    await assertRejects(() => lock.hold({ timeout: 5 }), TimeoutError, "5 ms");
    await one.do(f.ask, lock, "release");
    await assertFree(lock);
  });

  it("is not acquired by an abort, whenever it comes", async () => {
    using lock = await held();
    const before = await assertRejects(() => lock.acquire({ signal: AbortSignal.abort(reason) }));
    assertStrictEquals(before, reason);
    for (const wait of [0, 10]) {
      const controller = new AbortController();
      const waits = watch(lock.acquire({ signal: controller.signal, timeout: long }));
      if (wait > 0) await pause(wait);
      controller.abort(reason);
      assertEquals(await waits.settled, { status: "rejected", reason });
    }
    const controller = new AbortController();
    const holds = watch(lock.hold({ signal: controller.signal }));
    controller.abort(reason);
    assertEquals(await holds.settled, { status: "rejected", reason });
    await one.do(f.ask, lock, "release");
    await assertFree(lock);
  });

  it("loses nobody's wake-up to those before in the line who give up", async () => {
    for (const give of ["abort", "timeout"] as const) {
      using lock = await held();
      const controller = new AbortController();
      const options = give === "abort" ? { signal: controller.signal } : { timeout: 20 };
      const leaving = Array.from({ length: 3 }, () => watch(lock.acquire(options)));
      const staying = watch(lock.acquire());
      if (give === "abort") controller.abort(reason);
      for (const { settled } of leaving) {
        const { status } = await settled;
        assertEquals(status, give === "abort" ? "rejected" : "fulfilled");
      }
      assertEquals(staying.outcome, undefined);
      await one.do(f.ask, lock, "release");
      assertEquals(await staying.settled, { status: "fulfilled", value: true });
      await lock.release();
      await assertFree(lock);
    }
  });

  it("is either acquired or not when an abort and the release are under way at once", async () => {
    using lock = make();
    for (let round = 0; round < 30; round++) {
      assertEquals(await lock.acquire(), true);
      const controller = new AbortController();
      const first = round % 2 === 0;
      const waits = watch(two.do(f.ask, lock, "acquire", { timeout: round % 3 }));
      const mine = watch(lock.acquire({ signal: controller.signal }));
      if (first) controller.abort(reason);
      await Promise.all([lock.release(), pause(round % 3)]);
      if (!first) controller.abort(reason);
      const theirs = await waits.settled;
      if (theirs.status === "fulfilled" && theirs.value === true) {
        await two.do(f.ask, lock, "release");
      }
      const outcome = await mine.settled;
      if (outcome.status === "fulfilled") await lock.release();
      else assertStrictEquals(outcome.reason, reason);
    }
    await assertFree(lock);
  });

  it("is held to the end of a block", async () => {
    using lock = make();
    for (let round = 0; round < 3; round++) {
      using _ = await lock.hold();
      assertEquals(await one.do(f.ask, lock, "tryAcquire"), false);
    }
    const hold = await lock.hold();
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    await assertFree(lock);
  });

  it("refuses what is no time or no signal, and holds nothing then", async () => {
    using lock = make();
    for (const timeout of wrongTimeouts as number[]) {
      await assertRejects(() => lock.acquire({ timeout }), TypeError, "timeout must be a number");
      await assertRejects(() => lock.hold({ timeout }), TypeError, "timeout must be a number");
    }
    for (const signal of [{}, "abort", 1] as never[]) {
      await assertRejects(() => lock.acquire({ signal }), TypeError);
      await assertRejects(() => lock.hold({ signal }), TypeError);
    }
    await assertFree(lock);
    // No signal, as it is to a lock in shared memory: what was acquired is told.
    assertEquals(await lock.acquire({ signal: null as never }), true);
    await lock.release();
    await assertFree(lock);
  });

  it("excludes others: no update is lost", async () => {
    using lock = make();
    using count = manager.Value("i", 0);
    const add = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        using _ = await lock.hold();
        await count.set(await count.value + 1);
      }
    };
    await Promise.all([
      add(10),
      one.do(f.addUnder, lock, count, 15),
      two.do(f.addUnder, lock, count, 15),
    ]);
    assertEquals(await count.value, 40);
    assert(await lock.tryAcquire());
  });
}
