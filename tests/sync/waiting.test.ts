/** What waiting costs, whom it depends on, and that it ends. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { getContext } from "../../mod.ts";
import { pause, spin } from "../fixtures.ts";
import { forEachMethod, linesOf, runtime } from "../harness.ts";
import * as f from "./fixtures.ts";
import { acquireHere, type Other, timed, withOthers } from "../others.ts";
import * as w from "./waiting_fixtures.ts";

forEachMethod("Waiting", (method) => {
  const { Lock, Semaphore, Event, Condition, Barrier } = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  for (const [form, milliseconds] of [["async", 2000], ["sync", 1000]] as const) {
    it(`does not depend on the main thread, which is busy (${form})`, async () => {
      using ping = new Semaphore(0);
      using pong = new Semaphore(0);
      using start = new Event();
      using lock = new Lock();
      const rounds = [
        one.do(w.passToAndFro, form, ping, pong, lock, start, milliseconds),
        two.do(w.passToAndFro, form, pong, ping, lock, start, milliseconds),
      ];
      await pause(100);
      start.set();
      ping.release();
      await pause(10);
      spin(milliseconds);
      const counts = await Promise.all(rounds);
      assertGreater(Math.min(...counts), milliseconds / 20, `rounds: ${counts}`);
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
        if (Math.max(...least.values()) < 0.02) break;
      }
      for (const [name, share] of least) assertLess(share, 0.02, `${name} (${form})`);
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
      for (let i = 0; i < 8; i++) {
        const took = await timed(async () => {
          assert(await acquireHere(lock, own, { timeout: 20_000 }));
        });
        lock.release();
        assertLess(took, 1000, `${own} among ${theirs}`);
        await pause(3);
      }
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
