import { afterAll, beforeAll, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type AsyncResult,
  currentProcess,
  type Pool,
  TimeoutError,
  type WaitOptions,
  WorkerLostError,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { addLine, Folder, linesIn, untilLines } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

forEachMethod("Pool.apply()", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());

  it("gives what the function returns", async () => {
    assertEquals(await pool.apply(f.add, [1, 2]), 3);
    assertEquals(await pool.apply(f.nothing), undefined);
  });

  it("gives what an async function's promise gives", async () => {
    assertEquals(await pool.apply(f.squareLater, [7]), 49);
  });

  it("passes kwargs behind the arguments, as one object", async () => {
    const kwargs = { exponent: 3, names: ["a"] };
    assertEquals(await pool.apply(f.listArguments, [1, 2], { kwargs }), [1, 2, kwargs]);
    assertEquals(await pool.apply(f.listArguments, [], { kwargs }), [kwargs]);
    assertEquals(await pool.apply(f.listArguments, undefined, { kwargs }), [kwargs]);
  });

  it("runs where it says, and not here", async () => {
    const here = await import("./fixtures.ts");
    assertNotStrictEquals(await pool.apply(f.workerPid), here.workerPid());
  });

  it("rejects with the error of the function, its class, message and stack", async () => {
    const error = await assertRejects(
      () => pool.apply(f.throwRangeError, ["too far"]),
      RangeError,
      "too far",
    );
    assertEquals(error.message, "too far");
    assertStringIncludes(error.stack!, "throwRangeError");
    assertStringIncludes(error.stack!, "fixtures.ts");
  });

  it("rejects with the error of an async function", async () => {
    await assertRejects(() => pool.apply(f.rejectLater, ["later"]), RangeError, "later");
  });

  it("keeps a registered error's class, properties and cause", async () => {
    const error = await assertRejects(() => pool.apply(f.throwShapeError, ["odd"]), f.ShapeError);
    assertEquals([error.message, error.corners, error.name], ["odd", 5, "ShapeError"]);
    assertInstanceOf(error.cause, TypeError);
    assertEquals(error.cause.message, "the cause");
  });

  it("keeps the errors of an AggregateError", async () => {
    const error = await assertRejects(() => pool.apply(f.throwAggregate), AggregateError);
    assertEquals(error.errors.length, 2);
    assertInstanceOf(error.errors[0], RangeError);
    assertInstanceOf(error.errors[1], f.ShapeError);
    assertEquals(error.errors.map(({ message }) => message), ["one", "two"]);
  });

  it("rejects with what is thrown when that is no error", async () => {
    for (const value of [undefined, null, 0, "text", { code: 7 }]) {
      let thrown: unknown = "nothing";
      await pool.apply(f.throwValue, [value]).catch((error: unknown) => thrown = error);
      assertEquals(thrown, value);
    }
  });

  it("rejects the one task whose result cannot travel, with the path", async () => {
    const before = pool.applyAsync(f.square, [2]);
    const bad = pool.applyAsync(f.giveFunction);
    const after = pool.applyAsync(f.square, [3]);
    const error = await assertRejects(() => bad.get(), DOMException);
    assertEquals(error.name, "DataCloneError");
    assertStringIncludes(error.message, "result.options.callback is a function");
    assertEquals([await before, await after], [4, 9]);
  });

  it("refuses what stays where it was made, at the call and with the path", () => {
    const stays = { pool, AsyncResult: pool.applyAsync(f.square, [1]), process: currentProcess() };
    for (const [name, value] of Object.entries(stays)) {
      const error = assertThrows(() => pool.applyAsync(f.square, [{ [name]: value }] as never));
      assertEquals((error as Error).name, "DataCloneError");
      assertMatch(
        (error as Error).message,
        /^args\[0\]\.\w+ is an? \w+, which stays where it was made/,
      );
    }
  });

  it("lets an error arrive whose properties cannot travel", async () => {
    const task = () => {
      throw Object.assign(new RangeError("whole"), { handler: () => {}, code: "E" });
    };
    const error = await assertRejects(() => pool.apply(task), RangeError, "whole");
    assertEquals((error as RangeError & { code: string }).code, "E");
    assert(!("handler" in error));
  });

  it("carries what structured clone carries", async () => {
    const shared = { name: "shared" };
    const cycle: Record<string, unknown> = { shared, again: shared };
    cycle["self"] = cycle;
    const arrived = await pool.apply(f.identity, [cycle]) as typeof cycle;
    assertStrictEquals(arrived["self"], arrived);
    assertStrictEquals(arrived["shared"], arrived["again"]);
    const values = [
      new Map<unknown, unknown>([["a", new Set([1, 2])], [{}, undefined]]),
      new Date(0),
      -(2n ** 80n),
      /a+/gi,
      new Float64Array([1.5, -0, NaN]),
      -0,
      NaN,
      "\ud800",
      [1, undefined, null],
    ];
    assertEquals(await pool.apply(f.identity, [values]), values);
  });

  it("keeps the class of registered instances, both ways", async () => {
    const point = await pool.apply(f.mirror, [new f.Point(3, 4)]);
    assertInstanceOf(point, f.Point);
    assertEquals([point.x, point.y, point.length], [4, 3, 5]);
  });

  it("moves what is transferred, and copies the rest", async () => {
    const moved = new Uint8Array(1000);
    assertEquals(await pool.apply(f.byteLength, [moved], { transfer: [moved.buffer] }), 1000);
    assertEquals(moved.byteLength, 0);
    const copied = new Uint8Array(1000);
    assertEquals(await pool.apply(f.byteLength, [copied]), 1000);
    assertEquals(copied.byteLength, 1000);
  });

  it("takes results that are moved", async () => {
    const bytes = await pool.apply(f.movedBytes, [5000]);
    assertEquals([bytes.length, bytes[4999]], [5000, 7]);
  });

  it("carries large arguments and results", async () => {
    const bytes = new Uint8Array(3_000_000).map((_, i) => i);
    const arrived = await pool.apply(f.identity, [bytes]) as Uint8Array;
    assertEquals(arrived.length, bytes.length);
    assert(arrived.every((byte, i) => byte === bytes[i]));
  });

  it("takes many at once and gives each its own result", async () => {
    const results = Array.from({ length: 3000 }, (_, i) => pool.applyAsync(f.square, [i]));
    assertEquals(await Promise.all(results), Array.from({ length: 3000 }, (_, i) => i * i));
  });

  it("gives values as they were at the call", async () => {
    const list = [1];
    const result = pool.apply(f.identity, [list]);
    list.push(2);
    assertEquals(await result, [1]);
  });
});

forEachMethod("AsyncResult", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());

  it("is ready when the result has come, not before", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const result = pool.applyAsync(f.waitAtGate, [file, gate, 6]);
    await untilLines(file, 1);
    assertEquals(result.ready(), false);
    assertThrows(() => result.successful(), Error, "not ready");
    addLine(gate, "open");
    assertEquals(await result.get(), 6);
    assertEquals([result.ready(), result.successful()], [true, true]);
  });

  it("is not successful when the call failed", async () => {
    const result = pool.applyAsync(f.throwRangeError, ["no"]);
    await result.wait();
    assertEquals([result.ready(), result.successful()], [true, false]);
  });

  it("gives its result as often as it is asked for", async () => {
    const result = pool.applyAsync(f.square, [3]);
    assertEquals(await Promise.all([result.get(), result.get(), result]), [9, 9, 9]);
    assertEquals(await result.get({ timeout: 0 }), 9);
  });

  it("throws TimeoutError when the time is over, and gives the result later", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const result = pool.applyAsync(f.waitAtGate, [file, gate, 6]);
    await assertRejects(() => result.get({ timeout: 0 }), TimeoutError);
    await assertRejects(() => result.get({ timeout: 5 }), TimeoutError);
    await result.wait({ timeout: 0 });
    await result.wait({ timeout: 5 });
    assertEquals(result.ready(), false);
    addLine(gate, "open");
    assertEquals(await result.get({ timeout: 30_000 }), 6);
  });

  it("tells nothing by wait() of a call that failed", async () => {
    const result = pool.applyAsync(f.throwRangeError, ["no"]);
    assertEquals(await result.wait({ timeout: 30_000 }), undefined);
    await assertRejects(() => result.get(), RangeError, "no");
  });

  it("gives up waiting when a signal aborts, and only then", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const result = pool.applyAsync(f.waitAtGate, [file, gate, 6]);
    const controller = new AbortController();
    const waiting = (result as unknown as {
      get(options: { signal: AbortSignal }): Promise<number>;
    }).get({ signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => waiting), reason);
    addLine(gate, "open");
    assertEquals(await result, 6);
  });

  it("looks at how long it is to wait also when it has nothing to wait for", async () => {
    const result = pool.applyAsync(f.square, [3]);
    const results = pool.imap(f.square, [3, 4], { chunkSize: 2 });
    assertEquals([await result, (await results.next()).value], [9, 9]);
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    const waits = [
      (options: WaitOptions) => result.get(options),
      (options: WaitOptions) => result.wait(options),
      (options: WaitOptions) => results.next(options),
    ];
    for (const wait of waits) {
      assertStrictEquals(await assertRejects(() => wait({ signal })), reason);
      await assertRejects(() => wait({ timeout: NaN }), TypeError, "timeout must be a number");
      const wrong = { signal: 7 as unknown as AbortSignal };
      await assertRejects(
        () => wait(wrong),
        TypeError,
        "signal must be an AbortSignal: received 7",
      );
    }
    assertEquals(await results.next({ timeout: 0 }), { done: false, value: 16 });
  });

  it("calls back with the result, once", async () => {
    const called: unknown[] = [];
    const callback = (value: unknown) => called.push(value);
    const errorCallback = () => called.push("error");
    assertEquals(await pool.applyAsync(f.square, [5], { callback, errorCallback }), 25);
    assertEquals(called, [25]);
  });

  it("calls back with the error, once", async () => {
    const called: unknown[] = [];
    const callback = () => called.push("result");
    const errorCallback = (error: unknown) => called.push(error);
    const result = pool.applyAsync(f.throwRangeError, ["no"], { callback, errorCallback });
    const error = await assertRejects(() => result.get(), RangeError);
    assertEquals(called, [error]);
  });

  it("calls back for a whole map", async () => {
    const called: unknown[] = [];
    const callback = (values: number[]) => void called.push(values);
    const errorCallback = (error: unknown) => void called.push(error);
    await pool.mapAsync(f.square, [1, 2, 3], { callback, errorCallback }).wait();
    await pool.starmapAsync(f.throwOdd, [[1]], { callback, errorCallback }).wait();
    assertEquals(called.length, 2);
    assertEquals(called[0], [1, 4, 9]);
    assertInstanceOf(called[1], RangeError);
  });

  it("is not disturbed by callbacks that throw", async () => {
    const { error } = console;
    const printed: unknown[][] = [];
    console.error = (...words) => void printed.push(words);
    try {
      const callback = () => {
        throw new Error("from a callback");
      };
      const later = () => Promise.reject(new Error("from an async callback"));
      const results = [
        pool.applyAsync(f.square, [1], { callback }),
        pool.applyAsync(f.square, [2], { callback: later }),
        pool.applyAsync(f.square, [3]),
      ];
      assertEquals(await Promise.all(results), [1, 4, 9]);
      const failing = pool.applyAsync(f.throwRangeError, ["own"], { errorCallback: callback });
      await assertRejects(() => failing.get(), RangeError, "own");
      assertEquals(await pool.apply(f.square, [4]), 16);
    } finally {
      console.error = error;
    }
    assertEquals(printed.length, 3);
  });

  it("lets nobody hear of an error that nobody asks for", async () => {
    pool.applyAsync(f.throwRangeError, ["unheard"]);
    assertEquals(await pool.apply(f.square, [4]), 16);
  });
});

forEachMethod("Pool, aborting tasks", (method) => {
  it("rejects a queued task at once and never runs it", async () => {
    using folder = new Folder();
    const [file, gate, traced] = ["file", "gate", "traced"].map((name) => folder.file(name));
    await using pool = makePool(method, 1);
    const first = pool.applyAsync(f.waitAtGate, [file!, gate!, 1]);
    await untilLines(file!, 1);
    const controller = new AbortController();
    const queued = pool.applyAsync(f.trace, [traced!, 2], { signal: controller.signal });
    const behind = pool.applyAsync(f.trace, [traced!, 3]);
    const reason = new Error("not needed");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => queued.get()), reason);
    assertEquals(first.ready(), false);
    addLine(gate!, "open");
    assertEquals(await Promise.all([first, behind]), [1, 3]);
    assertEquals(linesIn(traced!), ["3"]);
  });

  it("rejects a task whose signal has aborted before", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 1);
    const reason = new Error("too late");
    const result = pool.applyAsync(f.trace, [file, 1], { signal: AbortSignal.abort(reason) });
    assertStrictEquals(await assertRejects(() => result.get()), reason);
    assertEquals(await pool.apply(f.square, [3]), 9);
    assertEquals(linesIn(file), []);
  });

  for (const [kind, task] of [["waits", f.waitForEver], ["never yields", f.spinForEver]] as const) {
    it(`replaces the worker of a running task that ${kind}`, async () => {
      using folder = new Folder();
      const file = folder.file("file");
      await using pool = makePool(method, 1);
      const controller = new AbortController();
      const running = pool.applyAsync(task, [file], { signal: controller.signal });
      const behind = pool.applyAsync(f.workerPid);
      const [pid] = await untilLines(file, 1);
      const reason = new Error("enough");
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => running.get()), reason);
      assertNotStrictEquals(String(await behind), pid);
    });

    it(`ends a task that ${kind} once its timeout is over`, async () => {
      using folder = new Folder();
      await using pool = makePool(method, 1);
      const running = pool.applyAsync(task, [folder.file("file")], { timeout: 30 });
      const behind = pool.applyAsync(f.square, [4]);
      await assertRejects(() => running.get(), TimeoutError);
      assertEquals(await behind, 16);
    });
  }

  it("counts a task's timeout from when it begins to run", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    await using pool = makePool(method, 1);
    const first = pool.applyAsync(f.waitAtGate, [file, gate, 1]);
    const queued = pool.applyAsync(f.square, [3], { timeout: 5000 });
    const short = pool.applyAsync(f.square, [4], { timeout: 60 });
    await untilLines(file, 1);
    // Longer than the second task's whole time: not one that a race depends on.
    await new Promise((resolve) => setTimeout(resolve, 120));
    assertEquals([queued.ready(), short.ready()], [false, false]);
    addLine(gate, "open");
    assertEquals([await first, await queued], [1, 9]);
    // It may lose its 60 ms on a busy machine, but it did begin.
    const outcome = await short.get().catch((error: unknown) => error);
    if (outcome !== 16) assertInstanceOf(outcome, TimeoutError);
  });

  it("lets a task run for ever whose timeout is longer than a timer can count", async () => {
    await using pool = makePool(method, 1);
    for (const timeout of [Infinity, 2 ** 31]) {
      assertEquals(await pool.apply(f.squareLater, [3], { timeout }), 9);
    }
  });

  it("does nothing when the signal aborts after the end", async () => {
    await using pool = makePool(method, 1);
    const controller = new AbortController();
    const pid = await pool.apply(f.workerPid, [], { signal: controller.signal });
    controller.abort();
    assertEquals(await pool.apply(f.workerPid), pid);
  });

  it("ends all tasks of one signal", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 2);
    const controller = new AbortController();
    const results: AsyncResult<never>[] = Array.from(
      { length: 6 },
      () => pool.applyAsync(f.waitForEver, [file], { signal: controller.signal }),
    );
    const other = pool.applyAsync(f.square, [5]);
    await untilLines(file, 2);
    controller.abort();
    for (const result of results) {
      assertEquals((await assertRejects(() => result.get(), DOMException)).name, "AbortError");
    }
    assertEquals(await other, 25);
    assertEquals(linesIn(file).length, 2);
  });

  it("ends a map as a whole", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 2);
    const controller = new AbortController();
    const options = { signal: controller.signal, chunkSize: 1 };
    const result = pool.mapAsync(f.waitForEver, [file, file, file, file], options);
    await untilLines(file, 2);
    controller.abort();
    await assertRejects(() => result.get(), DOMException);
    assertEquals(await pool.map(f.square, [1, 2]), [1, 4]);
  });

  it("tells a lost worker from an aborted task", async () => {
    using folder = new Folder();
    await using pool = makePool(method, 1);
    const controller = new AbortController();
    const result = pool.applyAsync(f.die, [folder.file("file"), "exit"], {
      signal: controller.signal,
      timeout: 60_000,
    });
    const error = await assertRejects(() => result.get(), WorkerLostError);
    assertEquals(error.exitCode, 3);
  });
});
