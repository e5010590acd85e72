// @runs-on bun: it mostly waits, and children start fastest on Bun

import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { activeChildren, CancelledError, type StartMethod, WorkerLostError } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, linesOf, methods } from "../harness.ts";
import { addLine, Folder, linesIn, until, untilLines } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

/** A pool of dying workers, until its gate is opened. */
function makeDyingPool(method: StartMethod, folder: Folder, processes = 1) {
  const [file, gate] = [folder.file("started"), folder.file("gate")];
  const pool = makePool(method, {
    processes,
    initializer: f.dieUnlessOpen,
    initArgs: [file, gate],
  });
  return {
    pool,
    started: () => linesIn(file).length,
    untilStarted: (count: number) => untilLines(file, count),
    open: () => addLine(gate, "open"),
  };
}

forEachMethod("A pool whose workers keep dying", (method) => {
  for (const [processes, name] of [[1, "open"], [3, "closed"]] as const) {
    it(`gives up with the reason: one that is ${name}`, async () => {
      using folder = new Folder();
      const { pool, started } = makeDyingPool(method, folder, processes);
      await using _ = pool;
      const results = [
        pool.apply(f.square, [1]),
        pool.map(f.square, [1, 2, 3]),
        pool.imap(f.square, [1, 2]).next(),
        pool.map(f.square, later([1, 2])),
      ];
      const isClosed = name === "closed";
      if (isClosed) pool.close();
      const errors = await Promise.all(
        results.map((result) => assertRejects(() => result, WorkerLostError)),
      );
      for (const error of errors) {
        assertMatch(error.message, /given up as its workers die.*: \d+ in a row.*PoolWorker-\d+ /);
        assertEquals(error.exitCode, method === "process" ? -9 : 9);
      }
      const count = started();
      assertLess(count, 3 * processes + 20);
      const late = () => pool.apply(f.square, [1]);
      if (isClosed) await assertRejects(late, Error, "closed");
      else await assertRejects(late, WorkerLostError, "in a row");
      await until(() => activeChildren().length === 0, "all workers have ended");
      assertEquals(started(), count);
      pool.close();
      await pool.join();
    });
  }

  it("gives up where they end once they are ready", async () => {
    using folder = new Folder();
    const file = folder.file("started");
    const initArgs = [file];
    await using pool = makePool(method, { processes: 2, initializer: f.exitOnceReady, initArgs });
    // One that was so quick that it began a task takes that along, which counts as progress.
    for (let i = 0; i < 2; i++) {
      await pool.apply(f.waitForEver, [file]).catch((error) =>
        assertInstanceOf(error, WorkerLostError)
      );
    }
    assertLess(linesIn(file).length, 60);
  });

  it("does what it was given once they live", async () => {
    using folder = new Folder();
    const { pool, untilStarted, open } = makeDyingPool(method, folder, 2);
    await using _ = pool;
    const results = [pool.apply(f.square, [3]), pool.apply(f.square, [4])];
    await untilStarted(4);
    open();
    assertEquals(await Promise.all(results), [9, 16]);
    await until(() => activeChildren().length === 2, "all were replaced");
  });

  it("takes tasks at any time, and tries for them at once", async () => {
    using folder = new Folder();
    const { pool, untilStarted, open } = makeDyingPool(method, folder);
    await using _ = pool;
    // Nobody waits for anything, so this goes on, more and more slowly.
    await untilStarted(4);
    open();
    assertEquals(await pool.apply(f.square, [3]), 9);
  });

  it("ends by close() when what it was given is done", async () => {
    using folder = new Folder();
    const { pool, untilStarted, open } = makeDyingPool(method, folder);
    const result = pool.apply(f.square, [3]);
    await untilStarted(4);
    pool.close();
    const joined = pool.join();
    open();
    assertEquals(await result, 9);
    await joined;
  });

  it("ends by close() at once when its last task is given up", async () => {
    using folder = new Folder();
    const { pool, untilStarted } = makeDyingPool(method, folder);
    const controller = new AbortController();
    const { signal } = controller;
    const result = assertRejects(() => pool.apply(f.square, [3], { signal }), DOMException);
    await untilStarted(4);
    pool.close();
    const joined = pool.join();
    controller.abort();
    await result;
    await joined;
    assertEquals(activeChildren().length, 0);
  });

  it("ends by close() and terminate() while no worker lives", async () => {
    for (const how of ["close", "terminate"] as const) {
      using folder = new Folder();
      const { pool, untilStarted, started } = makeDyingPool(method, folder);
      await untilStarted(3);
      await until(() => activeChildren().length === 0, "none lives");
      void pool[how]();
      await pool.join();
      const count = started();
      await pause(300);
      assertEquals(started(), count, how);
    }
  });

  it("rejects what waits at terminate()", async () => {
    using folder = new Folder();
    const { pool, untilStarted } = makeDyingPool(method, folder);
    const result = assertRejects(() => pool.apply(f.square, [3]), CancelledError);
    await untilStarted(3);
    await pool.terminate();
    await result;
    assertEquals(activeChildren().length, 0);
  });
});

forEachMethod("An idle pool", (method) => {
  it("is not broken by the deaths of its workers", async () => {
    await using pool = makePool(method, 1);
    for (let i = 0; i < 4; i++) {
      await until(() => activeChildren().length === 1, "there is a worker");
      const [child] = activeChildren();
      child!.kill();
      await child!.join();
    }
    assertEquals(await pool.apply(f.square, [3]), 9);
  });
});

for (const method of methods) {
  describe(`A program with a pool whose workers die [${method}]`, () => {
    const run = async (what: string): Promise<string[]> => {
      using folder = new Folder();
      const args = [method, what, folder.file("started")];
      const lines = await linesOf(new URL("programs/dying.ts", import.meta.url), {
        args,
        timeout: 30_000,
      });
      assert(linesIn(folder.file("started")).length > 3);
      return lines;
    };

    it("lives as long as somebody waits", async () => {
      assertEquals(await run("awaited"), ["9"]);
      assertEquals(await run("joined"), ["joined"]);
    });

    it("ends where nobody does", async () => {
      assertEquals(await run("idle"), ["main has ended"]);
    });
  });
}

async function* later<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await item;
}
