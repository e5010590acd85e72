// @runs-on one: it takes long

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type AsyncResult,
  CancelledError,
  getContext,
  type PoolOptions,
  type PoolProxy,
  TimeoutError,
  WorkerLostError,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, timed, withOthers } from "../others.ts";
import * as p from "../pool/fixtures.ts";
import * as f from "./fixtures.ts";
import { CounterError } from "./registered.ts";
import { long, reason, watch, withManager, wrongTimeouts } from "./stage.ts";

/** Exported, and no task: it is found in this module. */
export function triple(x: number): number {
  return 3 * x;
}

const numbers = Array.from({ length: 20 }, (_, i) => i);
const doubled = numbers.map((n) => 2 * n);

async function* later(): AsyncGenerator<number> {
  for (const n of numbers) yield await n;
}

forEachMethod("A managed Pool", (method) => {
  const manager = withManager(method);
  const [one] = withOthers(method, 1) as [Other];
  /** For all tests that leave its workers alive. */
  let shared: PoolProxy | undefined;
  const pool = (): PoolProxy => shared ??= manager.Pool(2);

  it("calls functions of every form in the server's children, not here", async () => {
    assertEquals(await pool().apply(f.double, [4]), 8);
    assertEquals(await pool().apply(triple, [4]), 12);
    assertEquals(await pool().apply((x: number) => x + 1, [4]), 5);
    assertEquals(await pool().apply(p.squareLater, [7]), 49);
    const here = await import("../pool/fixtures.ts");
    assertNotEquals(await pool().apply(p.workerPid), here.workerPid());
    assertNotEquals(await pool().apply(p.workerPid), await one.do(p.workerPid));
  });

  it("passes kwargs behind the arguments", async () => {
    const kwargs = { exponent: 3 };
    assertEquals(await pool().apply(p.listArguments, [1, 2], { kwargs }), [1, 2, kwargs]);
    assertEquals(await pool().apply(p.listArguments, undefined, { kwargs }), [kwargs]);
    assertEquals(await pool().map(p.listArguments, [1], { kwargs }), [[1, kwargs]]);
    assertEquals(await pool().starmap(p.listArguments, [[1, 2]], { kwargs }), [[1, 2, kwargs]]);
    assertEquals(await Array.fromAsync(pool().imap(p.listArguments, [1], { kwargs })), [[
      1,
      kwargs,
    ]]);
  });

  it("is typed as a pool is", async () => {
    const kwargs: p.Scale = { factor: 2 };
    const results: number[] = await pool().map(p.scale, [1, 2], { kwargs });
    assertEquals(results, [2, 4]);
    const result: AsyncResult<number | string> = pool().applyAsync(p.scale, [4], { kwargs });
    assertEquals(await result, 8);
    // @ts-expect-error: what it takes is missing.
    await assertRejects(() => pool().map(p.scale, [1]), TypeError);
    // @ts-expect-error: that is not what it takes.
    assertEquals(await pool().apply(p.square, ["3"]), 9);
  });

  it("maps iterables of both kinds in every way", async () => {
    for (const chunkSize of [undefined, 1, 7]) {
      const options = { chunkSize };
      for (const input of [() => numbers, () => new Set(numbers), () => later()]) {
        assertEquals(await pool().map(f.double, input(), options), doubled);
        assertEquals(await pool().mapAsync(f.double, input(), options).get(), doubled);
        assertEquals(await Array.fromAsync(pool().imap(f.double, input(), options)), doubled);
        const unordered = await Array.fromAsync(pool().imapUnordered(f.double, input(), options));
        assertEquals(unordered.toSorted((a, b) => a - b), doubled);
      }
      const pairs = numbers.map((n): [number, number] => [n, n]);
      assertEquals(await pool().starmap(p.add, pairs, options), doubled);
      assertEquals(await pool().starmapAsync(p.add, pairs, options), doubled);
    }
    assertEquals(await pool().map(f.double, []), []);
  });

  it("reads an endless input of imap only as results are taken, and closes it", async () => {
    let read = 0;
    let isClosed = false;
    function* endless(): Generator<number> {
      try {
        for (;;) yield read++;
      } finally {
        isClosed = true;
      }
    }
    const taken: number[] = [];
    for await (const n of pool().imap(f.double, endless())) if (taken.push(n) === 5) break;
    assertEquals(taken, [0, 2, 4, 6, 8]);
    assert(isClosed);
    assertLess(read, 1000);
  });

  it("gives an asynchronous input up that does not end, when it is aborted or terminated", async () => {
    async function* endless(): AsyncGenerator<number> {
      for (;;) yield await new Promise<number>(() => {});
    }
    const controller = new AbortController();
    const aborted = watch(pool().map(f.double, endless(), { signal: controller.signal }));
    controller.abort(reason);
    assertEquals(await aborted.settled, { status: "rejected", reason });
    const other = manager.Pool(1);
    const waits = [
      watch(other.map(f.double, endless())),
      watch(other.imap(f.double, endless()).next()),
    ];
    await other.terminate();
    for (const { settled } of waits) {
      const outcome = await settled as PromiseRejectedResult;
      assertInstanceOf(outcome.reason, CancelledError);
    }
  });

  it("gives AsyncResults, with callbacks", async () => {
    const called: unknown[] = [];
    const callback = (value: unknown) => called.push(value);
    const errorCallback = (error: unknown) => called.push((error as Error).message);
    const result = pool().applyAsync(f.double, [5], { callback, errorCallback });
    assertEquals(result.ready(), false);
    assertThrows(() => result.successful(), Error);
    await result.wait();
    assertEquals([result.ready(), result.successful(), await result, await result.get()], [
      true,
      true,
      10,
      10,
    ]);
    const failed = pool().applyAsync(f.fail, [], { callback, errorCallback });
    await failed.wait();
    assertEquals(failed.successful(), false);
    await pool().mapAsync(f.double, [1, 2], { callback });
    assertEquals(called, [10, "expected: the fixture failed", [2, 4]]);
    const slow = pool().applyAsync(f.sleep, [80]);
    await assertRejects(() => slow.get({ timeout: 5 }), TimeoutError);
    await slow.get();
  });

  it("rejects with a task's error: class, cause, own properties, stack; and goes on", async () => {
    const calls = [
      () => pool().apply(f.failAsCounter, [3]),
      () => pool().map(f.failAsCounter, [3]),
      () => Array.fromAsync(pool().imap(f.failAsCounter, [3])),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, CounterError, "expected: in a task");
      assertInstanceOf(error.cause, TypeError);
      assertEquals([error.count, error.detail], [3, { at: [3] }]);
      assertStringIncludes(error.stack!, "failAsCounter");
    }
    const closure = 5;
    const inline = () => closure;
    await assertRejects(() => pool().apply(inline), ReferenceError, "task(import.meta");
    assertEquals(await pool().apply(f.double, [1]), 2);
  });

  it("refuses at the call what is wrong", async () => {
    for (const wrong of [undefined, null, 5, "f"] as never[]) {
      await assertRejects(() => pool().apply(wrong), TypeError, "fn must be a function");
      assertThrows(() => pool().imap(wrong, []), TypeError, "fn must be a function");
    }
    await assertRejects(() => pool().apply(f.double, 5 as never), TypeError, "must be an array");
    await assertRejects(() => pool().map(f.double, 5 as never), TypeError, "must be iterable");
    for (const timeout of wrongTimeouts as number[]) {
      await assertRejects(() => pool().apply(f.double, [1], { timeout }), TypeError, "timeout");
    }
    const chunkSize = 0;
    await assertRejects(() => pool().map(f.double, [], { chunkSize }), RangeError, "chunkSize");
    await assertRefused(() => pool().apply(p.listArguments, [{ a: new WeakMap() }]), "a");
    const notFunctions: PoolOptions[] = [{ processes: 0 }, { processes: 1.5 }, {
      maxTasksPerChild: 0,
    }];
    for (const options of notFunctions) assertThrows(() => manager.Pool(options), RangeError);
    assertThrows(() => manager.Pool({ initializer: 5 as never }), TypeError);
    assertThrows(() => manager.Pool("2" as never), TypeError);
    assertEquals(await pool().apply(f.double, [2]), 4);
  });

  it("is the same pool in another child", async () => {
    assertEquals(await one.do(f.mapIn, pool(), numbers), doubled);
    using dict = manager.dict({ pool: pool() });
    assertEquals(await one.do(f.mapIn, (await dict.get("pool"))!, [1]), [2]);
  });

  it("gives tasks managed objects, and what else travels", async () => {
    using list = manager.list<number>();
    await Promise.all(numbers.map((n) => pool().apply(f.ask, [list, "append", n])));
    assertEquals((await list.copy()).toSorted((a, b) => a - b), numbers);
  });

  it("gives a task up by an abort or a timeout, and replaces its worker", async () => {
    const own = manager.Pool(1);
    const pid = await own.apply(p.workerPid);
    const controller = new AbortController();
    const running = watch(own.apply(f.sleep, [60_000], { signal: controller.signal }));
    const next = watch(own.apply(p.workerPid));
    controller.abort(reason);
    assertEquals(await running.settled, { status: "rejected", reason });
    assertEquals((await next.settled).status, "fulfilled");
    const took = await timed(async () => {
      await assertRejects(() => own.apply(f.sleep, [60_000], { timeout: 50 }), TimeoutError);
    });
    assertGreaterOrEqual(took, 49);
    assertNotEquals(await own.apply(p.workerPid), pid);
    await own.terminate();
  });

  it("rejects what a worker was doing that died, and nothing else", async () => {
    const own = manager.Pool(1);
    const results = [
      watch(own.apply(f.double, [1])),
      watch(own.apply(f.exit, [7])),
      watch(own.apply(f.double, [2])),
    ];
    const [first, lost, last] = await Promise.all(results.map(({ settled }) => settled));
    assertEquals(first, { status: "fulfilled", value: 2 } as never);
    assertEquals(last, { status: "fulfilled", value: 4 } as never);
    assert(lost!.status === "rejected");
    assertInstanceOf(lost!.reason, WorkerLostError);
    assertEquals(lost!.reason.exitCode, 7);
    await own.terminate();
  });

  it("calls its initializer in each worker, whose error rejects all", async () => {
    const ready = manager.Pool({ processes: 1, initializer: f.remember, initArgs: ["told"] });
    assertEquals(await ready.apply(f.remembered), "told");
    await ready.terminate();
    const failing = manager.Pool({ processes: 1, initializer: f.fail });
    await assertRejects(() => failing.apply(f.double, [1]), RangeError, "the fixture failed");
    await failing.terminate();
    const initializer = p.initializeLater;
    const slow = manager.Pool({ processes: 1, initializer, initArgs: [long], initTimeout: 200 });
    const message = "has not ended after 200 ms";
    await assertRejects(() => slow.apply(f.double, [1]), TimeoutError, message);
    await slow.terminate();
    assertThrows(() => manager.Pool({ initTimeout: 0 }), RangeError, "initTimeout");
  });

  it("ends as a pool does: close, join, terminate", async () => {
    const own = manager.Pool(1);
    await assertRejects(() => own.join(), Error);
    const last = own.apply(f.double, [1]);
    await own.close();
    await assertRejects(() => own.apply(f.double, [1]), Error, "closed");
    assertEquals(await last, 2);
    await own.join();
    const busy = manager.Pool(1);
    const waits = [watch(busy.apply(f.sleep, [60_000])), watch(busy.apply(f.double, [1]))];
    await busy.terminate();
    for (const { settled } of waits) {
      const outcome = await settled;
      assert(outcome.status === "rejected");
      assertInstanceOf(outcome.reason, CancelledError);
    }
    await busy.join();
    {
      await using disposed = manager.Pool(1);
      assertEquals(await disposed.apply(f.double, [3]), 6);
    }
  });

  it("ends with its manager: who waits is told, and no worker is left", async () => {
    const own = new (getContext(method).Manager)();
    const busy = own.Pool(2);
    assertEquals(await busy.apply(f.double, [1]), 2);
    const waits = watch(busy.apply(f.sleep, [long]));
    assertEquals(await busy.apply(f.double, [1]), 2);
    await own.shutdown();
    assertEquals((await waits.settled).status, "rejected");
  });
});
