// @runs-on one: it takes long

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  activeChildren,
  cpuCount,
  getContext,
  setStartMethod,
  TaskReferenceError,
} from "../../mod.ts";
import { CancelledError, type Future, ProcessPoolExecutor } from "../../futures.ts";
import { forEachMethod, noLeaks } from "../harness.ts";
import { Folder, linesIn, until } from "../process/scratch.ts";
import { spin } from "../fixtures.ts";
import * as f from "../pool/fixtures.ts";
import { startChildren, systemPid } from "./fixtures.ts";
import { Gate, makeExecutor } from "./make_executor.ts";

forEachMethod("An executor", (method) => {
  it("makes calls by its function's type, of all forms of functions", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    const futures: [Future<number>, Future<number>, Future<number>, Future<string>] = [
      executor.submit(f.add, 1, 2),
      executor.submit(f.squareLater, 3),
      executor.submit(f.tasks.thrice, 4),
      executor.submit((s: string, n: number) => s.repeat(n), "ab", 2),
    ];
    assertEquals(await Promise.all(futures), [3, 9, 12, "abab"]);
    assertEquals(await executor.submit(f.listArguments), []);
    // @ts-expect-error: a string is no number.
    assertEquals(await executor.submit(f.identity as (x: number) => unknown, "2"), "2");
    // @ts-expect-error: an argument is missing.
    assertEquals(await executor.submit(f.add, 1), NaN);
    // What cannot be called or cannot travel is refused at the call, and disturbs nothing.
    // @ts-expect-error: that is the mistake.
    assertThrows(() => executor.submit("square", 2), TypeError, 'received "square"');
    assertThrows(() => executor.submit(Math.abs, 2), TaskReferenceError);
    const error = assertThrows(
      () => executor.submit(f.identity, { options: { callback: () => {} } }),
      DOMException,
    );
    assertStringIncludes(error.message, "args[0].options.callback is a function");
    assertEquals(await executor.submit(f.square, 2), 4);
  });

  it("starts its workers as its context does, and initializes them", async () => {
    using folder = new Folder();
    await using executor = makeExecutor(method, {
      maxWorkers: 2,
      initializer: f.initialize,
      initArgs: [folder.file("file"), "a", 1],
    });
    assertEquals(activeChildren().length, 2);
    assertEquals(await executor.submit(f.initializedWith), ["a", 1]);
    assertEquals(await executor.submit(systemPid) === process.pid, method === "worker");
    await until(() => linesIn(folder.file("file")).length === 2, "both are initialized");
  });

  it("replaces a worker that has made its calls", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1, maxTasksPerChild: 2 });
    const names = await Promise.all([1, 2, 3].map(() => executor.submit(f.workerName)));
    assertEquals(names, [1, 1, 2].map((n) => `ExecutorWorker-${n}`));
  });

  it("lets its calls start children, for which a worker waits at its end", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const executor = makeExecutor(method, { maxWorkers: 1 });
    assertEquals(await executor.submit(startChildren, file, 3), 9);
    await executor.shutdown();
    assertEquals(linesIn(file).length, 1);
  });

  it("does what it was given when it is shut down, and takes no more", async () => {
    const executor = makeExecutor(method, { maxWorkers: 1 });
    using gate = new Gate();
    const futures = [gate.submit(executor, 0), executor.submit(f.square, 1)];
    await gate.untilReached(1);
    const down = executor.shutdown();
    let over = false;
    void down.then(() => over = true);
    const late = () => executor.submit(f.square, 2);
    assertEquals(assertThrows(late, Error, "the executor was shut down").constructor, Error);
    assertThrows(() => executor.map(f.square, [1]), Error, "the executor was shut down");
    await executor.shutdown({ wait: false });
    assertEquals([over, futures.map((future) => future.done())], [false, [false, false]]);
    gate.open();
    await down;
    assertEquals(activeChildren().length, 0);
    assertEquals(await Promise.all(futures), [0, 1]);
    await executor.shutdown();
  });

  it("cancels what has not begun when it is shut down so", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const executor = makeExecutor(method, { maxWorkers: 1 });
    using gate = new Gate();
    const running = gate.submit(executor, 7);
    const futures = [1, 2, 3].map((x) => executor.submit(f.trace, file, x));
    const mapped = executor.map(f.trace, [file, file], [4, 5]);
    await gate.untilReached(1);
    const down = executor.shutdown({ cancelFutures: true });
    assertEquals(futures.map((future) => future.cancelled()), [true, true, true]);
    await assertRejects(() => mapped.next(), CancelledError);
    assertEquals(running.done(), false);
    gate.open();
    await down;
    assertEquals(await running, 7);
    assertEquals(linesIn(file), []);
  });

  it("can be shut down again to cancel, and ends when only that was left", async () => {
    const executor = makeExecutor(method, { maxWorkers: 1 });
    // Nothing was sent yet.
    const futures = [1, 2].map((x) => executor.submit(f.square, x));
    const down = executor.shutdown();
    await executor.shutdown({ wait: false, cancelFutures: true });
    assertEquals(futures.map((future) => future.cancelled()), [true, true]);
    await down;
    assertEquals(activeChildren().length, 0);
  });

  it("waits at the end of its block", async () => {
    let future: Future<unknown>;
    {
      await using executor = makeExecutor(method, { maxWorkers: 1 });
      future = executor.submit(spin, 30);
    }
    assertEquals([future.done(), activeChildren().length], [true, 0]);
  });
});

describe("An executor's constructor", () => {
  noLeaks();

  const options: [object, new (message: string) => Error, string][] = [
    [{ maxWorkers: 0 }, RangeError, "maxWorkers must be an integer from 1: received 0"],
    [{ maxWorkers: -3 }, RangeError, "received -3"],
    [{ maxWorkers: 1.5 }, RangeError, "received 1.5"],
    [{ maxWorkers: "2" }, TypeError, 'maxWorkers must be an integer from 1: received "2"'],
    [{ maxTasksPerChild: 0 }, RangeError, "maxTasksPerChild must be an integer from 1"],
    [
      { maxTasksPerChild: null },
      TypeError,
      "maxTasksPerChild must be an integer from 1: received null",
    ],
    [{ initializer: "init" }, TypeError, 'initializer must be a function: received "init"'],
    [{ initArgs: 5 }, TypeError, "initArgs must be an array: received 5"],
    [{ context: "process" }, TypeError, "context must be what getContext() gives"],
    [{ context: { getStartMethod: () => "fork" } }, TypeError, 'received "fork"'],
    [{ initializer: Math.abs }, TaskReferenceError, "abs"],
  ];
  it("refuses what is wrong, and starts nothing", () => {
    for (const [given, cls, message] of options) {
      assertThrows(() => new ProcessPoolExecutor(given), cls, message);
    }
    assertThrows(() => new ProcessPoolExecutor(4 as unknown as object), TypeError, "received 4");
    assertEquals(activeChildren().length, 0);
  });

  it("takes the default context, and as many workers as there are processors", async () => {
    setStartMethod("worker", { force: true });
    await using executor = new ProcessPoolExecutor();
    assertEquals(activeChildren().length, cpuCount());
    assertEquals(await executor.submit(systemPid), process.pid);
    await using other = new ProcessPoolExecutor({ maxWorkers: 1, context: getContext("process") });
    assertNotEquals(await other.submit(systemPid), process.pid);
    assert(activeChildren().every((child) => child.name.startsWith("ExecutorWorker-")));
  });
});
