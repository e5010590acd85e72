// @runs-on one: many rounds take long

/**
 * Four producers, four consumers, and random kills of consumers: each item is got once, or is still
 * there.
 */

import process from "node:process";
import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLessOrEqual, assertNotEquals } from "@std/assert";
import { getContext, type Process } from "../../mod.ts";
import { type Form, pause } from "../fixtures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { consume, type Order, OUT_OF_ORDER, produce, STOPPED } from "./queue_fixtures.ts";
import { Random } from "./random.ts";

const seed = Number(process.env["STRESS_SEED"] ?? Date.now() % 1_000_000);
const producers = 4;
const consumers = 4;
/** 200,000 items in a long run. */
const perProducer = rounds(4_000) / producers;
/** How often consumers are killed. */
const mostKills = Math.min(rounds(4), 40);

/** When a consumer is killed: when it has no item in its hands, or at any moment. */
type When = "between items" | "at any moment";

forEachMethod("A queue under stress", (method) => {
  const context = getContext(method);

  async function run(when: When, maxSize: number, random: Random): Promise<void> {
    using queue = new context.Queue<number | null>(maxSize);
    using seen = new context.RawArray("B", producers * perProducer);
    using states = new context.RawArray("i", consumers + mostKills);
    const form = (): Form => random.pick(["sync", "async"]);
    const start = (target: unknown, ...args: unknown[]): Process => {
      const child = new context.Process({ target: target as never, args });
      child.start();
      return child;
    };
    let started = 0;
    const living = new Map<number, Process>();
    const startConsumer = (): void => {
      const index = started++;
      const stops = when === "between items" && index < mostKills;
      const stopAfter = stops ? random.int(1, perProducer / 2) : Infinity;
      const order: Order = { index, perProducer, stopAfter, form: form() };
      living.set(index, start(consume, queue, seen, states, order));
    };

    for (let i = 0; i < consumers; i++) startConsumer();
    const makers = Array.from(
      { length: producers },
      (_, i) => start(produce, queue, i * perProducer, perProducer, form()),
    );
    let kills = 0;
    const kill = async (index: number): Promise<void> => {
      const child = living.get(index)!;
      living.delete(index);
      kills++;
      child.kill();
      // Others go on meanwhile, and sometimes the next comes before it is known to be dead.
      if (random.chance(0.5)) startConsumer();
      await child.join();
      if (living.size < consumers) startConsumer();
    };
    let nextKill = performance.now() + random.int(0, 300);
    while (living.size > 0) {
      for (const [index, child] of [...living]) {
        if (states[index] === STOPPED) await kill(index);
        else if (!child.isAlive()) living.delete(index);
      }
      const isTime = performance.now() >= nextKill && kills < mostKills && living.size > 0;
      if (when === "at any moment" && isTime) {
        nextKill = performance.now() + random.int(0, 300);
        await kill(random.pick([...living.keys()]));
      }
      const isAllPut = makers.every((maker) => !maker.isAlive());
      if (isAllPut && queue.empty()) await queue.put(null, { timeout: 20 }).catch(() => {});
      await pause(2);
    }
    for (const maker of makers) assertEquals([await maker.join(), maker.exitCode], [true, 0]);

    const left = new Set<number>();
    while (!queue.empty()) {
      const item = queue.getNoWait();
      if (item === null) continue;
      assert(!left.has(item), `${item} is there twice`);
      left.add(item);
    }
    let lost = 0;
    for (let item = 0; item < seen.length; item++) {
      const times = seen[item]! + (left.has(item) ? 1 : 0);
      assertLessOrEqual(times, 1, `item ${item} was got ${times} times`);
      if (times === 0) lost++;
    }
    for (const state of states) assertNotEquals(state, OUT_OF_ORDER);
    // Who is killed at any moment can have one item in its hands.
    assertLessOrEqual(lost, when === "between items" ? 0 : kills, `${kills} were killed`);
    assertEquals([queue.qsize(), queue.empty(), queue.full()], [0, true, false]);
  }

  for (const when of ["between items", "at any moment"] as const) {
    it(`gives each item once although consumers are killed ${when}`, async () => {
      const random = new Random(seed);
      try {
        await run(when, when === "between items" ? 0 : 50, random);
      } catch (error) {
        throw new Error(`STRESS_SEED=${seed}: ${String(error)}`, { cause: error });
      }
    });
  }
});
