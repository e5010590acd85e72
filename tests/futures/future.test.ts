// @runs-on every: a sample of this folder for Node 26

import { afterAll, beforeAll, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Pool } from "../../mod.ts";
import {
  CancelledError,
  type Future,
  type ProcessPoolExecutor,
  TimeoutError,
} from "../../futures.ts";
import { forEachMethod } from "../harness.ts";
import { addLine, Folder, linesIn, until, untilLines } from "../process/scratch.ts";
import { spin } from "../fixtures.ts";
import * as f from "../pool/fixtures.ts";
import { Gate, makeExecutor } from "./make_executor.ts";

const states = (future: Future<unknown>): string =>
  (["running", "cancelled", "done"] as const).filter((name) => future[name]()).join(" ");

/** What is printed as an error while something is done. */
async function printed(act: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const { error } = console;
  console.error = (...words: unknown[]) => void lines.push(words.map(String).join(" "));
  try {
    await act();
  } finally {
    console.error = error;
  }
  return lines;
}

forEachMethod("A future", (method) => {
  let executor: ProcessPoolExecutor;
  beforeAll(async () => {
    executor = makeExecutor(method, { maxWorkers: 1 });
    await executor.submit(f.nothing);
  });
  afterAll(() => executor.shutdown());

  it("gives the result, as often as it is asked", async () => {
    const future: Future<number> = executor.submit(f.squareLater, 7);
    assertEquals(await future, 49);
    assertEquals(await future.result(), 49);
    assertEquals(await future.result({ timeout: 0 }), 49);
    assertEquals(await future.exception(), undefined);
    assertEquals(states(future), "done");
  });

  it("gives the error of the call, which it was not cancelled by", async () => {
    const future = executor.submit(f.throwShapeError, "no shape");
    const error = await assertRejects(() => future.result(), f.ShapeError, "no shape");
    assertEquals(error.corners, 5);
    assertStrictEquals(await future.exception(), error);
    assertStrictEquals(await future.then(undefined, (reason) => reason), error);
    assertEquals(states(future), "done");
    const odd = executor.submit(f.throwValue, new CancelledError("of the call itself"));
    assertInstanceOf(await odd.exception(), CancelledError);
    assertFalse(odd.cancelled());
    assertFalse(odd.cancel());
  });

  it("is pending, then running, then done, and can be cancelled while it is pending", async () => {
    using folder = new Folder();
    using gate = new Gate();
    const file = folder.file("file");
    const first = gate.submit(executor);
    assertEquals(states(first), "");
    const second = executor.submit(f.trace, file, 2);
    const third = executor.submit(f.trace, file, 3);
    await gate.untilReached(1);
    assertEquals([first, second, third].map(states), ["running", "", ""]);
    assertFalse(first.cancel());
    assert(second.cancel());
    assertEquals([first, second, third].map(states), ["running", "cancelled done", ""]);
    assert(second.cancel(), "once more is nothing new");
    await assertRejects(() => second.result(), CancelledError);
    await assertRejects(() => second.exception(), CancelledError);
    await assertRejects(() => Promise.resolve(second), CancelledError);
    gate.open();
    assertEquals(await third, 3);
    assertEquals([first, second, third].map(states), ["done", "cancelled done", "done"]);
    assertFalse(third.cancel());
    assertFalse(third.cancelled());
    assertEquals(linesIn(file), ["3"]);
  });

  it("is pending again when it was sent behind a call that turns out to be long", async () => {
    using folder = new Folder();
    const [file, open, gate] = ["file", "open", "gate"].map((name) => folder.file(name));
    addLine(open!, "open");
    const calls = Array.from({ length: 50 }, () => executor.submit(f.waitAtGate, file!, open!, 0));
    await Promise.all(calls);
    // By what is known now, they are all short.
    const long = executor.submit(f.waitAtGate, file!, gate!, 0);
    const behind = [1, 2, 3].map((x) => executor.submit(f.trace, folder.file("ran"), x));
    await untilLines(file!, 51);
    await until(() => !behind.some((future) => future.running()), "they are taken back");
    assertEquals([long, ...behind].map(states), ["running", "", "", ""]);
    assert(behind[1]!.cancel());
    addLine(gate!, "open");
    await Promise.all([long, behind[0], behind[2]]);
    assertEquals(linesIn(folder.file("ran")), ["1", "3"]);
  });

  it("can be cancelled in the turn of its submission", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const futures = [1, 2, 3].map((x) => executor.submit(f.trace, file, x));
    assert(futures[1]!.cancel());
    assertEquals((await Promise.allSettled(futures)).map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    assertEquals(linesIn(file), ["1", "3"]);
  });

  it("tells those who wait when it is cancelled", async () => {
    using gate = new Gate();
    const first = gate.submit(executor);
    const future = executor.submit(f.square, 2);
    const waiting = [future.result(), future.result({ timeout: 30_000 }), future.then(), future];
    const outcomes = Promise.allSettled(waiting);
    future.cancel();
    for (const outcome of await outcomes) {
      assert(outcome.status === "rejected");
      assertInstanceOf(outcome.reason, CancelledError);
    }
    gate.open();
    await first;
  });

  it("takes nothing by a wait that times out or is aborted", async () => {
    using gate = new Gate();
    const future = gate.submit(executor, 5);
    for (const timeout of [0, 1, -1]) {
      await assertRejects(() => future.result({ timeout }), TimeoutError, `${timeout} ms`);
      await assertRejects(() => future.exception({ timeout }), TimeoutError);
    }
    const controller = new AbortController();
    const reason = new Error("enough");
    const waits = [
      future.result({ signal: controller.signal }),
      future.exception({ signal: controller.signal }),
    ];
    const outcomes = Promise.allSettled(waits);
    controller.abort(reason);
    for (const outcome of await outcomes) {
      assertEquals(outcome, { status: "rejected", reason });
    }
    await assertRejects(() => future.result({ signal: controller.signal }), Error, "enough");
    gate.open();
    assertEquals(await future.result({ timeout: 30_000 }), 5);
  });

  it("calls its callbacks in their order, each once", async () => {
    using gate = new Gate();
    const future = gate.submit(executor, 5);
    const log: unknown[] = [];
    const say = (what: string) => (given: Future<number>) =>
      void log.push(what, given === future, given.done());
    const twice = say("twice");
    for (const callback of [say("first"), twice, twice]) future.addDoneCallback(callback);
    gate.open();
    await future;
    future.addDoneCallback(say("late"));
    const expected = ["first", "twice", "twice", "late"];
    assertEquals(log, expected.flatMap((what) => [what, true, true]));
  });

  it("calls its callbacks in cancel()", async () => {
    using gate = new Gate();
    const first = gate.submit(executor);
    const future = executor.submit(f.square, 2);
    const seen: string[] = [];
    future.addDoneCallback((given) => seen.push(states(given)));
    future.cancel();
    assertEquals(seen, ["cancelled done"]);
    future.cancel();
    assertEquals(seen, ["cancelled done"]);
    gate.open();
    await first;
  });

  it("prints errors of callbacks, which disturb nobody", async () => {
    const seen: string[] = [];
    const lines = await printed(async () => {
      const future = executor.submit(f.square, 3);
      future.addDoneCallback(() => {
        throw new Error("at once");
      });
      future.addDoneCallback(async () => {
        await null;
        throw new Error("later");
      });
      future.addDoneCallback(() => seen.push("another"));
      assertEquals(await future, 9);
      future.addDoneCallback(() => {
        throw new Error("when done");
      });
      assertEquals(await executor.submit(f.square, 4), 16);
    });
    assertEquals(seen, ["another"]);
    assertEquals(lines.length, 3);
    for (const line of lines) assertStringIncludes(line, "A callback of a future threw:");
    for (const what of ["at once", "when done", "later"]) {
      assertEquals(lines.filter((line) => line.includes(`Error: ${what}`)).length, 1);
    }
  });

  it("lets a callback submit, and cancel", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const future = executor.submit(f.square, 3);
    const other = executor.submit(spin, 0);
    other.cancel();
    future.addDoneCallback(() => {
      const pending = executor.submit(f.square, 5);
      pending.addDoneCallback(() => resolve(executor.submit(f.square, 4)));
      pending.cancel();
    });
    assertEquals(await promise, 16);
  });

  it("may fail without anybody asking", async () => {
    executor.submit(f.throwRangeError, "nobody asks");
    const future = executor.submit(f.square, 2);
    executor.submit(f.square, 3).cancel();
    assertEquals(await future, 4);
  });

  it("refuses what is no timeout and no callback", async () => {
    const future = executor.submit(f.square, 2);
    // @ts-expect-error: that is the mistake.
    await assertRejects(() => future.result({ timeout: "1" }), TypeError, 'received "1"');
    await future;
    await assertRejects(() => future.exception({ timeout: NaN }), TypeError, "received NaN");
    // @ts-expect-error: that is the mistake.
    assertThrows(() => future.addDoneCallback("call me"), TypeError, 'received "call me"');
  });

  it("and its executor do not travel", async () => {
    await using pool = new Pool(1);
    const future = executor.submit(f.square, 2);
    for (const [value, name] of [[future, "Future"], [executor, "ProcessPoolExecutor"]] as const) {
      const error = assertThrows(() => executor.submit(f.identity, { deep: value }), DOMException);
      assertEquals(error.name, "DataCloneError");
      assertStringIncludes(error.message, `args[0].deep is a ${name}, which stays`);
      await assertRejects(() => pool.apply(f.identity, [value]), DOMException, "args[0] is a");
    }
    assertEquals(await future, 4);
  });
});
