import { afterAll, beforeAll, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  asCompleted,
  type Future,
  type ProcessPoolExecutor,
  type ReturnWhen,
  TimeoutError,
  wait,
} from "../../futures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { garbageCollector } from "../channel/stream_fixtures.ts";
import { pause, spin } from "../fixtures.ts";
import * as f from "../pool/fixtures.ts";
import { Gate, makeExecutor } from "./make_executor.ts";

forEachMethod("Waiting for several futures", (method) => {
  let executor: ProcessPoolExecutor;
  let other: ProcessPoolExecutor;
  beforeAll(async () => {
    executor = makeExecutor(method, { maxWorkers: 1 });
    other = makeExecutor(method, { maxWorkers: 1 });
    await wait([executor.submit(f.nothing), other.submit(f.nothing)]);
  });
  afterAll(async () => {
    await executor.shutdown();
    await other.shutdown();
  });

  /** Futures of two executors; the first waits at the gate. */
  const busy = (gate: Gate): [Future<number>, Future<number>, Future<number>] => [
    gate.submit(executor),
    executor.submit(f.square, 2),
    other.submit(f.square, 3),
  ];

  it("ends by default when all are done, of any executor, each counted once", async () => {
    using gate = new Gate();
    const futures = busy(gate);
    const waiting = wait([...futures, ...futures]);
    await futures[2];
    gate.open();
    const { done, notDone } = await waiting;
    assertEquals([done, notDone], [new Set(futures), new Set<Future<number>>()]);
    assertEquals(await wait(done.values()), { done, notDone });
  });

  it("ends when the first is done", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    const options = { returnWhen: "FIRST_COMPLETED" } as const;
    const { done, notDone } = await wait([first, second, third], options);
    assertEquals([done, notDone], [new Set([third]), new Set([first, second])]);
    const waiting = wait([first, second], options);
    second.cancel();
    assertEquals((await waiting).done, new Set([second]));
    gate.open();
    await first;
  });

  it("ends when the first has failed, which one that was cancelled has not", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    const options = { returnWhen: "FIRST_EXCEPTION" } as const;
    const bad = other.submit(f.throwRangeError, "bad");
    const good = wait([first, second, third], options);
    assertEquals((await wait([first, bad], options)).notDone, new Set<Future<number>>([first]));
    second.cancel();
    const again = await wait([first, bad], options);
    assertEquals(again.done, new Set<Future<unknown>>([bad]));
    gate.open();
    assertEquals((await good).notDone.size, 0);
    assertEquals(await first, 0);
  });

  it("gives what is so far when its time is over, and rejects when it is aborted", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    await third;
    for (const timeout of [0, 5]) {
      const { done, notDone } = await wait([first, second, third], { timeout });
      assertEquals([done, notDone], [new Set([third]), new Set([first, second])]);
    }
    const controller = new AbortController();
    const waiting = wait([first], { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    gate.open();
    assertEquals((await wait([first, second])).done.size, 2);
  });

  it("has nothing to do for none", async () => {
    for (const returnWhen of ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"] as const) {
      const { done, notDone } = await wait([], { returnWhen });
      assertEquals([done.size, notDone.size], [0, 0]);
    }
    assertEquals(await Array.fromAsync(asCompleted([])), []);
  });

  it("refuses what it cannot wait for, or until", async () => {
    const future = executor.submit(f.square, 1);
    const returnWhen = "SOME" as ReturnWhen;
    await assertRejects(() => wait([future], { returnWhen }), TypeError, 'received "SOME"');
    const inherited = "toString" as ReturnWhen;
    await assertRejects(() => wait([], { returnWhen: inherited }), TypeError, "toString");
    await assertRejects(() => wait([5 as unknown as typeof future]), TypeError, "received 5");
    // @ts-expect-error: that is the mistake.
    await assertRejects(() => wait(future), TypeError, "futures must be iterable");
    const timeout = "5" as unknown as number;
    await assertRejects(() => wait([future], { timeout }), TypeError, 'received "5"');
    assertThrows(() => asCompleted([5 as unknown as typeof future]), TypeError, "received 5");
    assertThrows(() => asCompleted(5 as unknown as [typeof future]), TypeError, "received 5");
    assertThrows(() => asCompleted([future], { timeout }), TypeError, 'received "5"');
    await future;
  });

  it("gives them as they are completed, each once", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    const bad = other.submit(f.throwRangeError, "bad");
    const seen: Future<unknown>[] = [];
    await third;
    for await (const future of asCompleted([first, third, second, first, bad])) {
      seen.push(future);
      if (future === bad) gate.open();
    }
    assertEquals(seen.length, 4);
    const expected = [third, bad, first, second];
    for (const [i, future] of seen.entries()) assertStrictEquals(future, expected[i]);
  });

  it("holds nothing that it has given, as in CPython", async () => {
    const collectGarbage = garbageCollector();
    if (collectGarbage === undefined) return;
    const count = 8;
    const futures = (function* () {
      for (let i = 0; i < count; i++) yield executor.submit(f.square, i);
    })();
    const steps = asCompleted(futures);
    const given: WeakRef<Future<unknown>>[] = [];
    // In a function of its own, whose variables are gone when it has ended.
    const take = async () => void given.push(new WeakRef((await steps.next()).value!));
    for (let i = 0; i < count - 1; i++) await take();
    for (let i = 0; i < 5; i++) {
      await pause(5);
      collectGarbage();
    }
    // Those that were given last may still be in some register.
    assert(given.filter((future) => future.deref() !== undefined).length < count / 2);
    await steps.return();
  });

  it("gives those that are cancelled meanwhile", async () => {
    using gate = new Gate();
    const [first, second] = busy(gate);
    const completed = asCompleted([first, second]);
    const next = completed.next();
    second.cancel();
    assertStrictEquals((await next).value, second);
    gate.open();
    assertStrictEquals((await completed.next()).value, first);
    assertEquals(await completed.next(), { done: true, value: undefined });
  });

  it("gives those that are done in time, then throws", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    await third;
    for (const timeout of [0, 5]) {
      const completed = asCompleted([first, second, third], { timeout });
      assertStrictEquals((await completed.next()).value, third);
      await assertRejects(() => completed.next(), TimeoutError, "2 (of 3) futures");
      assertEquals((await completed.next()).done, true);
    }
    const controller = new AbortController();
    const completed = asCompleted([first], { signal: controller.signal });
    const next = completed.next();
    controller.abort(new Error("enough"));
    await assertRejects(() => next, Error, "enough");
    gate.open();
    assertEquals(await first, 0);
  });

  it("can be left early", async () => {
    using gate = new Gate();
    const [first, second, third] = busy(gate);
    for await (const future of asCompleted([first, second, third])) {
      assertStrictEquals(future, third);
      break;
    }
    gate.open();
    assertEquals(await Promise.all([first, second]), [0, 4]);
  });

  it("ends as it is to, whatever the futures do", async () => {
    const fate = fc.constantFrom("result", "error", "cancelled", "slow");
    const returnWhen = fc.constantFrom<ReturnWhen>(
      "ALL_COMPLETED",
      "FIRST_COMPLETED",
      "FIRST_EXCEPTION",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 8 }), returnWhen, async (fates, returnWhen) => {
        const futures = fates.map((fate, x): Future<unknown> => {
          if (fate === "error") return executor.submit(f.throwRangeError, "bad");
          if (fate === "slow") return other.submit(spin, 2);
          const future = executor.submit(f.square, x);
          if (fate === "cancelled") future.cancel();
          return future;
        });
        const { done, notDone } = await wait(futures, { returnWhen });
        assertEquals(done.union(notDone), new Set(futures));
        assert([...done].every((future) => future.done()));
        const failed = [...done].some((future) => fates[futures.indexOf(future)] === "error");
        if (returnWhen === "FIRST_COMPLETED") assert(done.size > 0 || futures.length === 0);
        if (returnWhen === "FIRST_EXCEPTION") assert(failed || notDone.size === 0);
        if (returnWhen === "ALL_COMPLETED") assertEquals(notDone.size, 0);
        const seen = await Array.fromAsync(asCompleted(futures));
        assertEquals([seen.length, new Set(seen)], [futures.length, new Set(futures)]);
      }),
      { numRuns: rounds(15) },
    );
  });
});
