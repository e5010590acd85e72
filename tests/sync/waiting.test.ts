// @runs-on one: it takes long

/** What waiting costs, whom it depends on, and that it ends. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { getContext } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, linesOf, runtime } from "../harness.ts";
import { spinUntil } from "../patience.ts";
import * as f from "./fixtures.ts";
import { acquireHere, forms, type Other, timed, withOthers } from "../others.ts";
import * as w from "./waiting_fixtures.ts";

/**
 * The share of a processor that a wait may take. It looks up every 50 ms, which is 1 % on a machine
 * that is itself and 3 % on one that is shared; one that looked every millisecond would take ten
 * times that.
 */
const limit = 0.05;

forEachMethod("Waiting", (method) => {
  const { Lock, Semaphore, Event, Condition, Barrier, RawArray } = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  for (const form of forms) {
    it(`does not depend on the main thread, which is busy (${form})`, async () => {
      using ping = new Semaphore(0);
      using pong = new Semaphore(0);
      using lock = new Lock();
      using rounds = new RawArray("i", 3);
      const both = [
        one.do(w.passToAndFro, form, ping, pong, lock, rounds, 0),
        two.do(w.passToAndFro, form, pong, ping, lock, rounds, 1),
      ];
      ping.release();
      while (rounds[1]! < 2) await pause(5);
      const before = [...rounds];
      const goOn = () => [0, 1].every((i) => rounds[i]! > before[i]! + 50);
      assert(spinUntil(goOn), `rounds: ${before} before, then ${rounds}`);
      rounds[w.stopAt] = 1;
      await Promise.all(both);
    });
  }

  it("costs no processor time", async () => {
    using lock = new Lock();
    using semaphore = new Semaphore(0);
    using event = new Event();
    using condition = new Condition();
    using barrier = new Barrier(2);
    lock.tryAcquire();
    const waits: w.Idle = { lock, semaphore, event, condition, barrier };
    // What is compiled and allocated at the first time is no waiting.
    await one.do(w.idle, waits, "async", 50);
    await one.do(w.idle, waits, "sync", 50);
    for (const form of ["async", "sync"] as const) {
      const least = new Map<string, number>();
      // What else a runtime does meanwhile (it compiles, it collects) is no cost of waiting.
      for (let round = 0; round < 4; round++) {
        for (const [name, share] of await one.do(w.idle, waits, form, 400)) {
          least.set(name, Math.min(share, least.get(name) ?? Infinity));
        }
        if (Math.max(...least.values()) < limit) break;
      }
      for (const [name, share] of least) assertLess(share, limit, `${name} (${form})`);
    }
    lock.release();
  });

  it("ends within bounds though others take it again and again", async () => {
    for (const [theirs, own] of [["sync", "async"], ["async", "sync"], ["sync", "sync"]] as const) {
      using lock = new Lock();
      using ready = new Semaphore(0);
      using stop = new Event();
      const hammering = [one, two].map((other) => other.do(w.hammer, theirs, lock, ready, stop));
      for (let i = 0; i < 2; i++) assert(await ready.acquire({ timeout: 20_000 }));
      const waits: number[] = [];
      for (let i = 0; i < 8; i++) {
        waits.push(
          await timed(async () => {
            assert(await acquireHere(lock, own, { timeout: 20_000 }));
          }),
        );
        lock.release();
        await pause(3);
      }
      // Most of them: the machine, too, may stand still for a while.
      assertLess(waits.sort((a, b) => a - b)[5]!, 1000, `${own} among ${theirs}: ${waits}`);
      stop.set();
      const counts = await Promise.all(hammering);
      assertGreater(Math.min(...counts), 20, `each had it: ${counts}`);
    }
  });

  it("of ten thousand tasks of one child is quick", async () => {
    using lock = new Lock();
    await one.do(f.tryAcquire, lock);
    let inside = 0;
    let done = 0;
    const tasks = Array.from({ length: 10_000 }, async () => {
      await lock.acquire();
      assertEquals(++inside, 1);
      await null;
      inside--;
      done++;
      lock.release();
    });
    const took = await timed(async () => {
      await one.do(f.release, lock);
      await Promise.all(tasks);
    });
    assertEquals(done, 10_000);
    assertLess(took, 5000);
  });

  it("of two children that have ten thousand tasks each ends for all", async () => {
    using lock = new Lock();
    using counters = new (getContext(method).RawArray)("i", 2);
    await Promise.all([
      one.do(w.manyTasks, lock, counters, 2000),
      w.manyTasks(lock, counters, 2000),
    ]);
    assertEquals([...counters], [4000, 0]);
  });
});

/** Flags with which a program can collect its garbage. */
const gcFlags = { deno: ["-A", "--v8-flags=--expose-gc"], bun: [], node: ["--expose-gc"] }[runtime];

forEachMethod("A program", (method) => {
  const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);

  it("ends by itself when its children and its waits have ended", async () => {
    const lines = await linesOf(program("waits"), { args: [method], timeout: 30_000 });
    assertEquals(lines, ["all ended"]);
  });

  it("does not grow by primitives that were dropped, nor by ones that were disposed", async () => {
    const lines = await linesOf(program("dropped"), { args: [method], flags: gcFlags });
    assertEquals(lines.map((line) => line.split(":")[0]), ["dropped", "disposed"]);
    for (const line of lines) {
      const used = JSON.parse(line.slice(line.indexOf("["))) as number[];
      const half = used.length / 2;
      // A collector may wait for a while; but what it left must be used again.
      assertLess(used.at(-1)! - used[half]!, used[half]! + 1, line);
      assertLess(used.at(-1)!, 6_000_000, line);
    }
  });
});
