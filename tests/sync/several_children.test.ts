/** Random scripts of several children, against what must hold whatever the order. */

import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Acquirable, getContext } from "../../mod.ts";
import { forEachMethod, rounds } from "../harness.ts";
import * as f from "./fixtures.ts";
import { type Other, withOthers } from "../others.ts";
import {
  type BarrierOp,
  type ConditionOp,
  hammer,
  type Op,
  type Report,
  runBarrierScript,
  runConditionScript,
  runScript,
} from "./scripts.ts";

const numRuns = rounds(12);
/** Besides this one. */
const otherChildren = 2;
const children = otherChildren + 1;

const optional = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined });

const op: fc.Arbitrary<Op> = fc.record({
  way: fc.constantFrom("acquire", "acquire", "hold", "sync", "try"),
  timeout: optional(0, 0.2, 1, 5),
  abortAfter: optional(0, 1, 3),
  holdFor: fc.constantFrom("nothing", "nothing", "spin", "turn", "millisecond"),
  pauseBefore: fc.boolean(),
});
/** For each child its tasks, for each task its steps. */
const scripts = <T>(step: fc.Arbitrary<T>, tasks: number, steps: number): fc.Arbitrary<T[][][]> =>
  fc.array(
    fc.array(fc.array(step, { maxLength: steps }), { minLength: 1, maxLength: tasks }),
    { minLength: children, maxLength: children },
  );

const conditionOp: fc.Arbitrary<ConditionOp> = fc.record({
  do: fc.constantFrom("wait", "wait", "waitSync", "notify", "notifyAll"),
  n: fc.integer({ min: 0, max: 3 }),
  timeout: optional(0, 0.2, 1, 20),
  abortAfter: optional(0, 1, 3),
  pauseBefore: fc.boolean(),
});

const barrierOp: fc.Arbitrary<BarrierOp> = fc.record({
  sync: fc.boolean(),
  delay: fc.constantFrom("none", "spin", "turn"),
  timeout: fc.option(fc.constantFrom(0, 0.5, 2), { nil: undefined, freq: 6 }),
});

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

function checkReports(reports: readonly Report[]): number {
  assertEquals(reports.flatMap(({ problems }) => problems), []);
  return sum(reports.map(({ taken }) => taken));
}

forEachMethod("Several children", (method) => {
  const context = getContext(method);
  const { Lock, RLock, Semaphore, BoundedSemaphore, Condition, Barrier, RawArray } = context;
  const others = withOthers(method, otherChildren);

  /** Has the others do something, and this child as well. */
  const all = async <T, R>(
    each: readonly T[],
    there: (other: Other, value: T) => Promise<R>,
    here: (value: T) => Promise<R>,
  ): Promise<R[]> =>
    await Promise.all(each.map((value, i) => i > 0 ? there(others[i - 1]!, value) : here(value)));

  const makers: [string, number, number, () => Acquirable & Disposable][] = [
    ["Lock", 1, 3, () => new Lock()],
    // Its owner is the child, not the task: two tasks of one child do not exclude each other.
    ["RLock", 1, 1, () => new RLock()],
    ["Semaphore", 2, 3, () => new Semaphore(2)],
    ["BoundedSemaphore", 3, 4, () => new BoundedSemaphore(3)],
    ["Condition", 1, 3, () => new Condition()],
  ];
  for (const [name, most, tasks, make] of makers) {
    it(`never hold more than there is, and lose nothing: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(scripts(op, tasks, 12), async (each) => {
          using lock = make();
          using counters = new RawArray("i", 8);
          const reports = await all(
            each,
            (other, script) => other.do(runScript, lock, most, counters, children, script),
            (script) => runScript(lock, most, counters, children, script),
          );
          const taken = checkReports(reports);
          assertEquals([counters[0], counters[1]], [0, taken]);
          // All is free, and nothing is kept for anybody.
          for (const other of others) {
            for (let i = 0; i < most; i++) assertEquals(await other.do(f.tryAcquire, lock), true);
            assertEquals(lock.tryAcquire(), false);
            for (let i = 0; i < most; i++) await other.do(f.release, lock);
          }
        }),
        { numRuns, endOnFailure: true },
      );
    });
  }

  for (const [name, most, , make] of makers) {
    it(`hammer it and lose nothing: ${name}`, async () => {
      using lock = make();
      using counters = new RawArray("i", 8);
      const times = rounds(20_000);
      const each = [
        ...others.map((other) => () => other.do(hammer, lock, most, counters, children, times)),
        () => hammer(lock, most, counters, children, times),
      ];
      const reports = await Promise.all(each.map((begin) => begin()));
      assertEquals([counters[0], counters[1]], [0, checkReports(reports)]);
      for (let i = 0; i < most; i++) assertEquals(await others[0]!.do(f.tryAcquire, lock), true);
      assertEquals(lock.tryAcquire(), false);
    });
  }

  for (const made of ["Condition()", "Condition(new RLock())"]) {
    it(`are notified as often as somebody is: ${made}`, async () => {
      const tasks = made === "Condition()" ? 3 : 1;
      await fc.assert(
        fc.asyncProperty(scripts(conditionOp, tasks, 8), async (each) => {
          using condition = made === "Condition()" ? new Condition() : new Condition(new RLock());
          using counters = new RawArray("i", 8);
          const reports = await all(
            each,
            (other, script) => other.do(runConditionScript, condition, counters, children, script),
            (script) => runConditionScript(condition, counters, children, script),
          );
          const taken = checkReports(reports);
          const waits = each.flat(2).filter((step) => step.do.startsWith("wait")).length;
          assertEquals([...counters.slice(0, 2), counters[3], counters[4]], [0, waits, 0, taken]);
          for (const other of others) {
            assertEquals(await other.do(f.tryAcquire, condition), true);
            await other.do(f.release, condition);
          }
        }),
        { numRuns, endOnFailure: true },
      );
    });
  }

  it("pass a barrier all together, or not at all", async () => {
    const parties = fc.array(
      fc.array(barrierOp, { minLength: children, maxLength: children }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(parties, async (roundsOfAll) => {
        using barrier = new Barrier(children);
        using between = new Barrier(children);
        const each = Array.from({ length: children }, (_, i) => roundsOfAll.map((ops) => ops[i]!));
        const outcomes = await all(
          each,
          (other, ops) => other.do(runBarrierScript, barrier, between, ops),
          (ops) => runBarrierScript(barrier, between, ops),
        );
        roundsOfAll.forEach((ops, round) => {
          const numbers = outcomes.map((of) => of[round]!).sort((a, b) => a - b);
          const mayBreak = ops.some(({ timeout }) => timeout !== undefined);
          if (!mayBreak || numbers[0] !== -1) assertEquals(numbers, [0, 1, 2]);
          else assertEquals(numbers, [-1, -1, -1]);
        });
        assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
      }),
      { numRuns, endOnFailure: true },
    );
  });
});
