import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { activeChildren, type StartMethod, TimeoutError, WorkerLostError } from "../../mod.ts";
import {
  asCompleted,
  BrokenProcessPool,
  type Future,
  type ProcessPoolExecutor,
  wait,
} from "../../futures.ts";
import { forEachMethod } from "../harness.ts";
import { Folder, until } from "../process/scratch.ts";
import * as f from "../pool/fixtures.ts";
import { Gate, makeExecutor } from "./make_executor.ts";

/** Checks that a future failed as its executor broke, and gives the cause. */
async function causeOf(future: Future<unknown>): Promise<unknown> {
  const error = await future.exception();
  assertInstanceOf(error, BrokenProcessPool);
  assertEquals(future.cancelled(), false);
  return error.cause;
}

/** Checks that an executor is broken for good, and that nothing of it is left. */
async function assertBroken(executor: ProcessPoolExecutor): Promise<void> {
  await causeOf(executor.submit(f.square, 2));
  await assertRejects(() => executor.map(f.square, [1]).next(), BrokenProcessPool);
  await until(() => activeChildren().length === 0, "all workers have ended");
  await causeOf(executor.submit(f.square, 3));
  await executor.shutdown();
  assertThrows(() => executor.submit(f.square, 2), Error, "was shut down");
}

const deaths = (method: StartMethod): f.Death[] =>
  method === "worker" ? ["exit", "rejection"] : ["exit", "SIGKILL"];

forEachMethod("A worker that dies", (method) => {
  for (const death of deaths(method)) {
    it(`breaks its executor for good: ${death}`, async () => {
      using folder = new Folder();
      await using executor = makeExecutor(method);
      const before = await executor.submit(f.square, 3);
      using gate = new Gate();
      const running = gate.submit(executor);
      await gate.untilReached(1);
      const fatal = executor.submit(f.die, folder.file("file"), death);
      const behind = Array.from({ length: 50 }, (_, x) => executor.submit(f.square, x));
      const mapped = executor.map(f.square, [1, 2, 3]);
      const seen: Future<unknown>[] = [];
      const all = [running, fatal, ...behind];
      for await (const future of asCompleted(all)) seen.push(future);
      assertEquals(new Set(seen), new Set(all));
      const cause = await causeOf(fatal);
      assertInstanceOf(cause, WorkerLostError);
      if (death === "exit") assertEquals(cause.exitCode, 3);
      if (death === "SIGKILL") assertEquals(cause.exitCode, -9);
      if (death === "rejection") assertInstanceOf(cause.cause, f.ShapeError);
      for (const future of all) assertEquals(await causeOf(future), cause);
      await assertRejects(() => mapped.next(), BrokenProcessPool);
      await assertBroken(executor);
      assertEquals(before, 9);
    });
  }

  it("breaks its executor between two calls, too", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    await executor.submit(f.exitSoon);
    await until(() => activeChildren().length === 0, "the worker has ended");
    const cause = await causeOf(executor.submit(f.square, 2));
    assertInstanceOf(cause, WorkerLostError);
    assertEquals(cause.exitCode, 5);
    await assertBroken(executor);
  });

  it("in an initializer that takes longer than initTimeout breaks its executor", async () => {
    using folder = new Folder();
    await using executor = makeExecutor(method, {
      maxWorkers: 2,
      initializer: f.initializeForEver,
      initArgs: [folder.file("file")],
      initTimeout: 200,
    });
    const cause = await causeOf(executor.submit(f.square, 2));
    assertInstanceOf(cause, TimeoutError);
    assertMatch(cause.message, /^The initializer of ExecutorWorker-\d .* not ended after 200 ms$/);
    await assertBroken(executor);
    for (const [wrong, kind] of [[0, RangeError], ["7", TypeError]] as const) {
      const make = () => makeExecutor(method, { initTimeout: wrong as number });
      assertThrows(make, kind, "initTimeout must be a number of milliseconds above 0");
    }
  });

  it("breaks its executor while that starts", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    const future = executor.submit(f.square, 2);
    activeChildren()[0]!.kill();
    assertInstanceOf(await causeOf(future), WorkerLostError);
    await assertBroken(executor);
  });

  it("breaks its executor while that is shut down, which ends", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    using gate = new Gate();
    const running = gate.submit(executor);
    const pending = executor.submit(f.square, 2);
    await gate.untilReached(1);
    const down = executor.shutdown();
    activeChildren()[0]!.kill();
    await down;
    assertEquals([running.done(), pending.done(), activeChildren().length], [true, true, 0]);
    await causeOf(running);
    await causeOf(pending);
  });

  it("leaves what is done or cancelled as it is", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    const good = executor.submit(f.square, 3);
    const bad = executor.submit(f.throwRangeError, "bad");
    await wait([good, bad]);
    using gate = new Gate();
    const running = gate.submit(executor);
    await gate.untilReached(1);
    const cancelled = executor.submit(f.square, 2);
    assert(cancelled.cancel());
    activeChildren()[0]!.kill();
    await causeOf(running);
    assertEquals(await good, 9);
    assertInstanceOf(await bad.exception(), RangeError);
    assert(cancelled.cancelled());
    await assertBroken(executor);
  });

  it("does not break another executor", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    const [victim] = activeChildren();
    await using other = makeExecutor(method, { maxWorkers: 1 });
    victim!.kill();
    await causeOf(executor.submit(f.square, 2));
    assertEquals(await other.submit(f.square, 3), 9);
  });
});

forEachMethod("An initializer that throws", (method) => {
  it("breaks its executor for good, with the error as the cause", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1, initializer: f.failToInitialize });
    const cause = await causeOf(executor.submit(f.square, 2));
    assertInstanceOf(cause, f.ShapeError);
    assertEquals(cause.message, "cannot initialize");
    await assertBroken(executor);
  });
});
