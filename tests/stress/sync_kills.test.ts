// @runs-on one: many rounds take long

/** Children are killed while they hold locks, wait for them, have the turn, or wait for others. */

import process from "node:process";
import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { type Context, getContext, type Process, type StartMethod } from "../../mod.ts";
import { forEachMethod, runtime, stress } from "../harness.ts";
import { until } from "../process/scratch.ts";
import { type Form, pause, spin } from "../fixtures.ts";
import { forms, withOthers } from "../others.ts";
import * as s from "./sync_fixtures.ts";
import { Random } from "./random.ts";

const seed = Number(process.env["STRESS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const roundsToRun = Number(process.env["STRESS_ROUNDS"] ?? (stress ? 200 : 2));

/** Nobody waits so long unless something is lost: a child's end is told within half a second. */
const longest = 8000;

/**
 * Deno goes on to run a thread for a while after it was ended: two may be in a critical section.
 */
const outlives = (method: StartMethod): boolean => method === "worker" && runtime === "deno";

/** Waits for a moment that a seed chooses, finer than a timer could. */
async function atRandom(random: Random): Promise<void> {
  await pause(random.int(0, 6));
  spin(random.next());
}

function kill(child: Process, random: Random, method: StartMethod): void {
  const how = random.int(0, method === "process" ? 2 : 1);
  if (how === 0) child.kill();
  else if (how === 1) child.terminate();
  else process.kill(child.pid!, "SIGKILL");
}

forEachMethod(`Locks whose holders are killed, STRESS_SEED=${seed}`, (method) => {
  const context = getContext(method);
  const { RawArray, Process } = context;
  const [survivor] = withOthers(method, 1);

  for (const name of ["Lock", "RLock"] as const) {
    for (const form of forms) {
      it(`are lost to nobody: ${name} (${form})`, async () => {
        const random = new Random(seed);
        for (let round = 0; round < roundsToRun; round++) await hammerRound(name, form, random);
      });
    }
  }

  async function hammerRound(name: "Lock" | "RLock", form: Form, random: Random): Promise<void> {
    using lock = new context[name]();
    using counters = new RawArray("i", 64);
    const hammerer = (index: number): Process =>
      new Process({ target: s.hammer, args: [lock, form, counters, index] });
    await using a = hammerer(2);
    await using b = hammerer(3);
    const children = [a, b];
    for (const child of children) child.start();
    const survivors = [
      survivor!.do(s.hammer, lock, form === "sync" ? "async" : "sync", counters, 0),
      s.hammer(lock, "async", counters, 1),
    ];
    await until(() => counters[s.doneOf(2)]! > 0 && counters[s.doneOf(3)]! > 0, "all hammer");
    let held = 0;
    for (const [i, child] of children.entries()) {
      await atRandom(random);
      kill(child, random, method);
      await child.join();
      held += counters[s.holdsOf(i + 2)]!;
      const before = [counters[s.doneOf(0)]!, counters[s.doneOf(1)]!];
      await until(
        () => [0, 1].every((index) => counters[s.doneOf(index)]! >= before[index]! + 2),
        "both survivors have had it again",
      );
    }
    counters[s.stopAt] = 1;
    assertLess(Math.max(...await Promise.all(survivors)), longest);
    const all = [0, 1, 2, 3];
    const sumOf = (at: (index: number) => number): number =>
      all.reduce((sum, index) => sum + counters[at(index)]!, 0);
    const abandoned = sumOf(s.abandonedOf);
    assert(abandoned <= children.length, `abandoned ${abandoned} times`);
    if (!outlives(method)) {
      // Once at least: who has it from a dead child may die before it tells, and the next one has
      // it from both.
      assertGreaterOrEqual(abandoned, Math.min(held, 1));
      assertGreaterOrEqual(counters[s.totalAt]!, sumOf(s.doneOf));
      assertGreaterOrEqual(sumOf(s.begunOf), counters[s.totalAt]!);
    }
    assertEquals([lock.abandoned, lock.tryAcquire()], [false, true]);
    lock.release();
  }

  it("are free again when the parent of their holder is killed", async () => {
    for (let round = 0; round < Math.ceil(roundsToRun / 4); round++) {
      for (const depth of [1, 2]) {
        using lock = new context.Lock();
        using counters = new RawArray("i", 64);
        await using child = new Process({
          target: s.haveItHeld,
          args: [method, lock, counters, depth],
        });
        child.start();
        await until(() => counters[s.holdsOf(0)] === 1, "it is held");
        assertEquals([lock.tryAcquire(), lock.abandoned], [false, false]);
        child.kill();
        await child.join();
        assertEquals(await lock.acquire({ timeout: longest }), true);
        assertEquals(lock.abandoned, true);
        lock.release();
      }
    }
  });
});

forEachMethod("Those who wait for others", (method) => {
  const context: Context = getContext(method);
  const { RawArray, Process } = context;
  const [survivor] = withOthers(method, 1);

  for (const form of forms) {
    it(`at a condition are notified though others were killed there (${form})`, async () => {
      const random = new Random(seed);
      for (let round = 0; round < Math.ceil(roundsToRun / 2); round++) {
        using condition = new context.Condition();
        using counters = new RawArray("i", 64);
        await using child = new Process({
          target: s.waitAgainAndAgain,
          args: [condition, form, counters, 2],
        });
        child.start();
        const waits = [survivor!.do(s.waitAgainAndAgain, condition, form, counters, 0)];
        waits.push(s.waitAgainAndAgain(condition, "async", counters, 1));
        const notify = async (indices: number[], times: number): Promise<void> => {
          const before = indices.map((index) => counters[s.doneOf(index)]!);
          const end = performance.now() + longest;
          while (indices.some((index, i) => counters[s.doneOf(index)]! < before[i]! + times)) {
            assert(performance.now() < end, `notified in vain: ${counters}`);
            using _ = await condition.hold({ timeout: longest });
            condition.notify(random.int(1, 3));
            await pause(0);
          }
        };
        await notify([0, 1, 2], 1);
        await atRandom(random);
        kill(child, random, method);
        const going = notify([0, 1], 3);
        await child.join();
        await going;
        await notify([0, 1], 3);
        counters[s.stopAt] = 1;
        const all = Promise.all(waits);
        let isOver = false;
        void all.then(() => isOver = true);
        while (!isOver) {
          using _ = await condition.hold({ timeout: longest });
          condition.notifyAll();
          await pause(0);
        }
        await all;
      }
    });

    it(`at a barrier can go on once it is aborted, and it can be used again (${form})`, async () => {
      const random = new Random(seed);
      for (let round = 0; round < Math.ceil(roundsToRun / 2); round++) {
        using barrier = new context.Barrier(3);
        using counters = new RawArray("i", 64);
        await using child = new Process({
          target: s.passAgainAndAgain,
          args: [barrier, form, counters, 2],
        });
        child.start();
        const waits = [
          survivor!.do(s.passAgainAndAgain, barrier, form, counters, 0),
          s.passAgainAndAgain(barrier, "async", counters, 1),
        ];
        await until(() => counters[s.doneOf(1)]! > 3, "some rounds are over");
        await atRandom(random);
        kill(child, random, method);
        await child.join();
        await pause(random.int(0, 3));
        barrier.abort();
        await Promise.all(waits);
        assertEquals([barrier.broken, barrier.nWaiting], [true, 0]);
        const passed = [0, 1, 2].map((index) => counters[s.doneOf(index)]!);
        assert(Math.max(...passed) - Math.min(...passed) <= 1, `rounds: ${passed}`);
        barrier.reset();
        assertEquals([barrier.broken, barrier.nWaiting], [false, 0]);
        const again = [survivor!.do(s.passOnce, barrier), s.passOnce(barrier), s.passOnce(barrier)];
        assertEquals((await Promise.all(again)).sort(), [0, 1, 2]);
      }
    });
  }
});
