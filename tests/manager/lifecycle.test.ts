// @runs-on one: it takes long

/** How managers, their servers, their owners and their clients end. */

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { activeChildren, getContext, type Process, RemoteError } from "../../mod.ts";
import { forEachMethod, linesOf, runProgram } from "../harness.ts";
import { isRunning, until } from "../process/scratch.ts";
import {
  countUnder,
  own,
  tryToOwn,
  Unruly,
  waitForMany,
  waitForManyBelow,
} from "./lifecycle_fixtures.ts";
import { long, watch } from "./stage.ts";

const program = new URL("programs/lifetime.ts", import.meta.url);

/** The server that was started last. */
const server = (): Process =>
  activeChildren().findLast((child) => child.name.startsWith("Manager"))!;

forEachMethod("A manager", (method) => {
  const { Manager, Pipe, Pool, Process, SharedArray } = getContext(method);

  const run = (what: string) => linesOf(program, { args: [method, what], timeout: 30_000 });

  it("does not keep its program alive, unless somebody waits", async () => {
    const dropped = ["unused", "assigned", "connected"].map(run);
    for (const lines of await Promise.all(dropped)) assertEquals(lines.at(-1), "main has ended");
    assertEquals(await run("awaited"), ["main has ended", "false"]);
  });

  it("leaves nothing behind at process.exit()", async () => {
    const { code } = await runProgram(program, { args: [method, "exit"] });
    assertEquals(code, 6);
  });

  it("can be shut down twice, at once, before its server is ready, and unused", async () => {
    const unused = new Manager();
    await unused.shutdown();
    assertThrows(() => unused.dict(), Error, "as the manager was shut down");
    const early = new Manager();
    const waits = watch(early.Event().wait());
    await Promise.all([early.shutdown(), early.shutdown()]);
    await early.shutdown();
    const ended = await waits.settled;
    assert(ended.status === "rejected");
    assertInstanceOf(ended.reason, RemoteError);
    await using disposed = new Manager();
    await disposed.shutdown();
  });

  for (const how of ["shut down", "killed"]) {
    it(`tells all who wait, in children of children, when it is ${how}`, async () => {
      const count = 1000;
      await using manager = new Manager();
      const queue = manager.Queue();
      const [here, there] = Pipe();
      const children = [
        new Process({ target: waitForMany, args: [queue, count, there] }),
        new Process({ target: waitForManyBelow, args: [method, queue, count, there] }),
      ];
      for (const child of children) child.start();
      const mine = watch(queue.get());
      for (const _ of children) assertEquals(await here.recv({ timeout: long }), "waiting");
      if (how === "killed") server().kill();
      else await manager.shutdown();
      const ended = await mine.settled;
      assertEquals(ended.status === "rejected" && ended.reason.name, "RemoteError");
      for (const _ of children) {
        assertEquals(await here.recv({ timeout: long }), ["RemoteError", count]);
      }
      for (const child of children) {
        assertEquals(await child.join({ timeout: long }), true);
        assertEquals(child.exitCode, 0);
      }
    });
  }

  it("is over when its server was killed, before it had heard of anyone or later", async () => {
    await using manager = new Manager();
    const queue = manager.Queue();
    const value = manager.Value("i", 1);
    const names = manager.Namespace();
    const first = watch(queue.get());
    server().kill();
    const ended = await first.settled;
    assertEquals(ended.status === "rejected" && ended.reason.name, "RemoteError");
    await assertRejects(() => queue.get(), RemoteError);
    assertThrows(() => value.value = 2, RemoteError);
    assertThrows(() => names["x"] = 2, RemoteError);
    assertThrows(() => manager.dict(), RemoteError);
    value[Symbol.dispose]();
  });

  it("is over when a method has ended its server", async () => {
    await using manager = new Manager();
    const unruly = manager.register("Unruly", Unruly)();
    const waits = watch(manager.Event().wait());
    await assertRejects(() => unruly.exit(), RemoteError);
    assertEquals((await waits.settled).status, "rejected");
  });

  it("is shut down by force if a method does not end", async () => {
    await using manager = new Manager();
    const unruly = manager.register("Unruly", Unruly)();
    await unruly.idle();
    const waits = watch(unruly.spin());
    await new Promise((resolve) => setTimeout(resolve, 50));
    await manager.shutdown();
    const ended = await waits.settled;
    assertEquals(ended.status === "rejected" && ended.reason.name, "RemoteError");
  });

  for (const stays of [false, true]) {
    it(`ends with the child that has made it, which is ${stays ? "killed" : "done"}`, async () => {
      const [here, there] = Pipe();
      await using child = new Process({ target: own, args: [method, stays, there] });
      child.start();
      const pids = await here.recv({ timeout: long }) as number[];
      assertEquals(pids.length, 1);
      if (stays) child.kill();
      assertEquals(await child.join({ timeout: long }), true);
      assertEquals(child.exitCode, stays ? -9 : 0);
      if (method === "process") await until(() => !isRunning(pids[0]!), "the server has ended");
    });
  }

  it("cannot be made by a pool's worker, which is a daemon", async () => {
    await using pool = new Pool(1);
    const said = await pool.apply(tryToOwn, [method]);
    assertStringIncludes(said, "daemonic processes are not allowed to have children");
  });

  it("serves others while its owner blocks its thread", async () => {
    await using manager = new Manager();
    const counts = manager.dict<string, number>();
    const lock = manager.Lock();
    const done = new SharedArray("i", 1);
    const children = [1, 2].map(() =>
      new Process({ target: countUnder, args: [lock, counts, 20, done] })
    );
    for (const child of children) child.start();
    // They are there when it begins to block: a process is brought in by its parent.
    await until(() => children.every((child) => child.isAlive()), "they live");
    while (await counts.size() === 0);
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + long;
    const words = done.getObj() as Int32Array;
    while (Atomics.load(words, 0) < 2 && performance.now() < end) Atomics.wait(sleeper, 0, 0, 10);
    assertEquals(Atomics.load(words, 0), 2);
    for (const child of children) await child.join();
    assertEquals(await counts.get("n"), 40);
  });
});
