import { it } from "@std/testing/bdd";
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
import { until } from "../process/scratch.ts";
import { arrive, fail } from "./barrier_fixtures.ts";
import { forms, type Other, timed, withOthers } from "../others.ts";

const reason = new Error("expected: aborted by the test");

forEachMethod("Barrier", (method) => {
  const { Barrier } = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  it("refuses what is no number of parties, no action and no timeout", () => {
    for (const parties of [0, -1, 0.5, NaN, Infinity, 2 ** 31]) {
      assertThrows(() => new Barrier(parties), RangeError, `received ${parties}`);
    }
    for (const parties of ["2", null, undefined, 2n] as never[]) {
      assertThrows(() => new Barrier(parties), TypeError, `received ${shown(parties)}`);
    }
    assertThrows(() => new Barrier(1, { action: 1 as never }), TypeError, "received 1");
    assertThrows(() => new Barrier(1, { timeout: NaN }), TypeError, "received NaN");
  });

  it("of one party lets it pass at once, after its action", async () => {
    let acted = 0;
    using barrier = new Barrier(1, { action: () => ++acted });
    assertEquals([await barrier.wait(), barrier.waitSync(), await barrier.wait({ timeout: 0 })], [
      0,
      0,
      0,
    ]);
    assertEquals([acted, barrier.parties, barrier.nWaiting, barrier.broken], [3, 1, 0, false]);
  });

  for (const form of forms) {
    it(`is passed by all together, again and again, each with its number (${form})`, async () => {
      using barrier = new Barrier(3);
      for (let round = 0; round < 5; round++) {
        const waits = [one.do(arrive, barrier, form), two.do(arrive, barrier, form)];
        await until(() => barrier.nWaiting === 2, "two wait");
        const numbers = await Promise.all([arrive(barrier, form), ...waits]);
        assertEquals(numbers[0], 2);
        assertEquals(numbers.sort(), [0, 1, 2]);
        assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
      }
    });

    it(`is broken for all by who gives up, until it is reset (${form})`, async () => {
      using barrier = new Barrier(3);
      const waits = [one.do(arrive, barrier, form), two.do(arrive, barrier, form, 50)];
      assertEquals(await Promise.all(waits), [-1, -1]);
      assertEquals([barrier.broken, barrier.nWaiting], [true, 0]);
      await assertRejects(() => barrier.wait(), BrokenBarrierError);
      assertThrows(() => barrier.waitSync(), BrokenBarrierError);
      barrier.reset();
      assertEquals([barrier.broken, barrier.nWaiting], [false, 0]);
      const again = [one.do(arrive, barrier, form), two.do(arrive, barrier, form)];
      await until(() => barrier.nWaiting === 2, "two wait");
      assertEquals((await Promise.all([...again, arrive(barrier, form)])).sort(), [0, 1, 2]);
    });

    it(`is broken by abort and by reset for those who wait (${form})`, async () => {
      using barrier = new Barrier(3);
      for (const end of ["abort", "reset"] as const) {
        const waits = [one.do(arrive, barrier, form), two.do(arrive, barrier, form)];
        await until(() => barrier.nWaiting === 2, "two wait");
        barrier[end]();
        assertEquals(await Promise.all(waits), [-1, -1]);
        assertEquals([barrier.broken, barrier.nWaiting], [end === "abort", 0]);
        barrier.reset();
      }
    });
  }

  it("has a timeout of its own for waits that give none", async () => {
    using barrier = new Barrier(2, { timeout: 40 });
    const took = await timed(() => assertRejects(() => barrier.wait(), BrokenBarrierError));
    assertGreaterOrEqual(took, 39);
    barrier.reset();
    assertEquals(await one.do(arrive, barrier, "sync"), -1);
    barrier.reset();
    const wait = barrier.wait({ timeout: 20_000 });
    await pause(80);
    assertEquals(await one.do(arrive, barrier, "async"), 1);
    assertEquals(await wait, 0);
  });

  it("is broken by an abort, which rejects with its reason", async () => {
    using barrier = new Barrier(3);
    const before = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => barrier.wait({ signal: before })), reason);
    assertEquals(barrier.broken, false);
    const controller = new AbortController();
    const other = one.do(arrive, barrier, "sync");
    const wait = assertRejects(() => barrier.wait({ signal: controller.signal }));
    await until(() => barrier.nWaiting === 2, "two wait");
    controller.abort(reason);
    assertStrictEquals(await wait, reason);
    assertEquals([await other, barrier.broken], [-1, true]);
  });

  it("is broken by an action that throws, for all, and nobody passes before it has ended", async () => {
    let isOver = false;
    using barrier = new Barrier(3, {
      action: async () => {
        await pause(30);
        isOver = true;
      },
    });
    const waits = [barrier.wait(), barrier.wait(), barrier.wait()]
      .map((wait) => wait.then(() => isOver));
    assertEquals(await Promise.all(waits), [true, true, true]);
    using failing = new Barrier(2, {
      action: () => {
        throw reason;
      },
    });
    const first = failing.wait();
    const outcomes = Promise.allSettled([first, failing.wait()]);
    const [a, b] = await outcomes as PromiseRejectedResult[];
    assert(a!.reason instanceof BrokenBarrierError);
    assertStrictEquals(b!.reason, reason);
    assertEquals(failing.broken, true);
    using late = new Barrier(1, { action: () => Promise.resolve() });
    assertThrows(() => late.waitSync(), TypeError, "asynchronous");
  });

  it("travels with its action and its timeout", async () => {
    using barrier = new Barrier(2, { action: fail, timeout: 60 });
    assertEquals(await one.do(arrive, barrier, "async"), -1);
    barrier.reset();
    const wait = assertRejects(() => barrier.wait({ timeout: 20_000 }), BrokenBarrierError);
    await until(() => barrier.nWaiting === 1, "one waits");
    const there = one.do(arrive, barrier, "sync", 20_000);
    await assertRejects(() => there, RangeError, "the action was run");
    await wait;
  });

  it("tells who waits that it is disposed", async () => {
    const barrier = new Barrier(4);
    const waits = [one.do(arrive, barrier, "sync"), two.do(arrive, barrier, "async")];
    const outcomes = Promise.allSettled([...waits, barrier.wait()]);
    await until(() => barrier.nWaiting === 3, "three wait");
    barrier[Symbol.dispose]();
    for (const outcome of await outcomes) {
      assertEquals(outcome.status, "rejected");
      assert(String((outcome as PromiseRejectedResult).reason).includes("disposed"));
    }
    await assertRejects(() => barrier.wait(), Error, "disposed");
    for (const call of [() => barrier.nWaiting, () => barrier.broken, () => barrier.reset()]) {
      assertThrows(call, Error, "disposed");
    }
  });
});
