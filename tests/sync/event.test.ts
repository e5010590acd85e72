// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { shown } from "../../src/arguments.ts";
import { type Event, getContext } from "../../mod.ts";
import { dispose, type Form, pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";
import { forms, timed, withOthers } from "../others.ts";

const reason = new Error("expected: aborted by the test");
const soon = 10_000;

async function waitHere(
  event: Event,
  form: Form,
  options?: { timeout?: number },
): Promise<boolean> {
  return form === "sync" ? event.waitSync(options) : await event.wait(options);
}

forEachMethod("Event", (method) => {
  const { Event, Semaphore } = getContext(method);
  const [one, two] = withOthers(method, 2);

  it("is a flag that all children set, clear and read", async () => {
    using event = new Event();
    assertEquals([event.isSet(), await one!.do(f.isSet, event)], [false, false]);
    event.set();
    assertEquals([event.isSet(), await one!.do(f.isSet, event)], [true, true]);
    event.set();
    await one!.do(f.clear, event);
    assertEquals([event.isSet(), await two!.do(f.isSet, event)], [false, false]);
    event.clear();
    await two!.do(f.set, event);
    assertEquals(event.isSet(), true);
  });

  for (const form of forms) {
    const there = (event: Event, options: { timeout?: number }): Promise<boolean> =>
      one!.do(f.waitIn, event, form, options);

    it(`is not waited for while it is set (${form})`, async () => {
      using event = new Event();
      event.set();
      for (const timeout of [undefined, 0, -1, 5, Infinity]) {
        assertEquals(await waitHere(event, form, timeout === undefined ? {} : { timeout }), true);
      }
      assertEquals(await there(event, {}), true);
      assertEquals(event.isSet(), true);
    });

    it(`is waited for here until another child sets it (${form})`, async () => {
      using event = new Event();
      let set: Promise<void> | undefined;
      const took = await timed(async () => {
        set = one!.do(f.setLater, event, 80);
        await pause(20); // The task is sent in a later turn: a blocked thread would not.
        assertEquals(await waitHere(event, form), true);
      });
      assertGreaterOrEqual(took, 75);
      assertLess(took, soon);
      await set;
    });

    it(`wakes all who wait in all children (${form})`, async () => {
      using event = new Event();
      using here = new Semaphore(0);
      const waits = [
        one!.do(f.waitTelling, event, form, here),
        two!.do(f.waitTelling, event, form, here),
        ...Array.from({ length: 100 }, () => event.wait({ timeout: 10_000 })),
      ];
      for (let i = 0; i < 2; i++) assert(await here.acquire({ timeout: 10_000 }));
      await pause(30);
      const took = await timed(async () => {
        event.set();
        assertEquals(new Set(await Promise.all(waits)), new Set([true]));
      });
      assertLess(took, soon);
    });

    it(`wakes who waits though it is cleared at once (${form})`, async () => {
      using event = new Event();
      using here = new Semaphore(0);
      const waits = [
        one!.do(f.waitTelling, event, form, here),
        two!.do(f.waitTelling, event, form, here),
        event.wait(),
      ];
      for (let i = 0; i < 2; i++) assert(await here.acquire({ timeout: 10_000 }));
      await pause(50);
      event.set();
      event.clear();
      assertEquals(await Promise.all(waits), [true, true, true]);
      assertEquals(event.isSet(), false);
      const pulse = one!.do(f.pulseLater, event, 50);
      await pause(20);
      assertEquals(await waitHere(event, form, { timeout: 10_000 }), true);
      await pulse;
    });

    it(`is given up for when the time is over (${form})`, async () => {
      using event = new Event();
      for (const timeout of [-1, 0, 0.5, 5, 60]) {
        const took = await timed(async () => {
          assertEquals(await waitHere(event, form, { timeout }), false);
        });
        assertGreaterOrEqual(took, timeout - 0.1);
        assertLess(took, Math.max(0, timeout) + soon);
      }
      assertEquals(await there(event, { timeout: 20 }), false);
      event.set();
      assertEquals(await waitHere(event, form, { timeout: 0 }), true);
    });
  }

  it("refuses what is no timeout, also while it is set", async () => {
    using event = new Event();
    for (let round = 0; round < 2; round++) {
      for (const timeout of [NaN, "5", null, 1n, {}] as number[]) {
        const message = `received ${shown(timeout)}`;
        await assertRejects(() => event.wait({ timeout }), TypeError, message);
        assertThrows(() => event.waitSync({ timeout }), TypeError, message);
      }
      event.set();
    }
  });

  it("rejects with the reason of a signal, before or while it is waited for", async () => {
    using event = new Event();
    const before = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => event.wait({ signal: before })), reason);
    for (const given of [0, 2, 4]) {
      const controller = new AbortController();
      const waits = [0, 1, 2, 3, 4].map((i) =>
        event.wait(i === given ? { signal: controller.signal } : { timeout: 10_000 })
      );
      const outcomes = Promise.allSettled(waits);
      await pause(10);
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => waits[given]!), reason);
      await one!.do(f.set, event);
      const statuses = (await outcomes).map(({ status }) => status);
      assertEquals(
        statuses.map((status) => status === "fulfilled"),
        [0, 1, 2, 3, 4].map((i) => i !== given),
      );
      event.clear();
    }
    const late = new AbortController();
    event.set();
    assertEquals(await event.wait({ signal: late.signal }), true);
    late.abort(reason);
  });

  it("is of no use once it is disposed, in any child", async () => {
    const event = new Event();
    using here = new Semaphore(0);
    for (const form of forms) {
      using waited = new Event();
      const waits = [one!.do(f.waitTelling, waited, form, here), waited.wait(), waited.wait()];
      const outcomes = Promise.allSettled(waits);
      assert(await here.acquire({ timeout: 10_000 }));
      await pause(30);
      const took = await timed(async () => {
        await two!.do(dispose, waited);
        for (const outcome of await outcomes) {
          assertEquals(outcome.status, "rejected");
          const error = (outcome as PromiseRejectedResult).reason;
          assertInstanceOf(error, Error);
          assert(error.message.includes("disposed"), error.message);
        }
      });
      assertLess(took, soon);
    }
    event[Symbol.dispose]();
    event[Symbol.dispose]();
    for (const call of [() => event.set(), () => event.clear(), () => event.isSet()]) {
      assertThrows(call, Error, "disposed");
    }
    assertThrows(() => event.waitSync(), Error, "disposed");
    await assertRejects(() => event.wait(), Error, "disposed");
    await assertRejects(() => event.wait({ timeout: 0 }), Error, "disposed");
  });
});
