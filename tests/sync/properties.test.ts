/** Cancellation at every place and moment, against models: first in one child, then in several. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { type Acquirable, type Event, getContext } from "../../mod.ts";
import { forEachMethod, rounds } from "../harness.ts";
import * as f from "./fixtures.ts";
import { type Other, withOthers } from "../others.ts";
import {
  begin,
  checkOutcome,
  checkStalls,
  pass,
  pick,
  schedule,
  settle,
  type Step,
  type Waiter,
} from "./schedule.ts";

const numRuns = rounds(60);

/** Runs a schedule on something of which `most` can be held at a time. Tells whether it stalled. */
async function runSchedule(
  lock: Acquirable,
  most: number,
  steps: readonly Step[],
): Promise<boolean> {
  const waiters: Waiter[] = [];
  let held = 0;
  let stalled = false;
  const take = (got: boolean): void => {
    if (!got) return;
    held++;
    assertLessOrEqual(held, most, "granted twice");
  };
  const grant = (): void => {
    if (held === 0) return;
    held--;
    lock.release();
  };
  for (const each of steps) {
    if (each.do === "wait") {
      waiters.push(begin((options) => lock.acquire(options), each.timeout, take));
    } else if (each.do === "abort") abort(pick(waiters, each.which));
    else if (each.do === "grant") grant();
    else if (each.do === "tryTake") take(lock.tryAcquire());
    else if (each.do === "race") {
      const waiter = pick(waiters, each.which);
      if (each.abortFirst) abort(waiter);
      grant();
      if (!each.abortFirst) abort(waiter);
    } else await pass(each);
  }
  // Whatever is free goes to who waits, without anybody's help.
  const waiting = (): Waiter[] => waiters.filter(({ outcome }) => outcome === undefined);
  while (waiting().length > 0) {
    grant();
    const isLate = await settle(
      () => held === most || waiting().length === 0,
      `what is free is taken: ${held} of ${most} held, ${waiting().length} wait`,
    );
    stalled ||= isLate;
  }
  for (const waiter of waiters) checkOutcome(waiter);
  while (held > 0) grant();
  return stalled;
}

const abort = (waiter: Waiter | undefined): void => waiter?.controller.abort(waiter.reason);

/** Checks that it is as it was at the beginning, as every child sees it. */
async function assertAsNew(lock: Acquirable, most: number, others: Other[]): Promise<void> {
  for (const other of others) {
    for (let i = 0; i < most; i++) assertEquals(await other.do(f.tryAcquire, lock), true);
    assertEquals(lock.tryAcquire(), false);
    for (let i = 0; i < most; i++) await other.do(f.release, lock);
  }
}

forEachMethod("Cancellation within a child", (method) => {
  const { Lock, Semaphore, BoundedSemaphore, Condition, Event } = getContext(method);
  const others = withOthers(method, 1);

  const makers: [string, number, () => Acquirable & Disposable][] = [
    ["Lock", 1, () => new Lock()],
    ["Semaphore", 2, () => new Semaphore(2)],
    ["BoundedSemaphore", 3, () => new BoundedSemaphore(3)],
    ["Condition", 1, () => new Condition()],
  ];
  for (const [name, most, make] of makers) {
    it(`loses no grant and gives none twice: ${name}`, async () => {
      let stalls = 0;
      await fc.assert(
        fc.asyncProperty(schedule, async (steps) => {
          using lock = make();
          if (await runSchedule(lock, most, steps)) stalls++;
          assertEquals(lock.tryAcquire(), true);
          lock.release();
        }),
        { numRuns, endOnFailure: true },
      );
      checkStalls(stalls, numRuns);
      using lock = make();
      for (const steps of fc.sample(schedule, 5)) await runSchedule(lock, most, steps);
      await assertAsNew(lock, most, others);
    });
  }

  it("loses no setting of an event", async () => {
    let stalls = 0;
    await fc.assert(
      fc.asyncProperty(schedule, async (steps) => {
        using event = new Event();
        if (await runEventSchedule(event, steps)) stalls++;
      }),
      { numRuns, endOnFailure: true },
    );
    checkStalls(stalls, numRuns);
  });
});

/**
 * A grant sets the event, and the first and every second one clears it at once. Tells whether the
 * schedule stalled.
 */
async function runEventSchedule(event: Event, steps: readonly Step[]): Promise<boolean> {
  const waiters: Waiter[] = [];
  /** Who must hear of it: who waited, and was not aborted, when it was set. */
  const told = new Set<Waiter>();
  let sets = 0;
  const grant = (): void => {
    for (const waiter of waiters) {
      if (waiter.outcome === undefined && !waiter.controller.signal.aborted) told.add(waiter);
    }
    event.set();
    if (sets++ % 2 === 0) event.clear();
  };
  for (const each of steps) {
    if (each.do === "wait") {
      const isSet = event.isSet();
      const waiter = begin((options) => event.wait(options), each.timeout, () => {});
      if (isSet) told.add(waiter);
      waiters.push(waiter);
    } else if (each.do === "abort") abort(pick(waiters, each.which));
    else if (each.do === "grant") grant();
    else if (each.do === "tryTake") event.clear();
    else if (each.do === "race") {
      const waiter = pick(waiters, each.which);
      if (each.abortFirst) abort(waiter);
      grant();
      if (!each.abortFirst) abort(waiter);
    } else await pass(each);
  }
  const stalled = await settle(
    () => [...told].every(({ outcome }) => outcome !== undefined),
    "all have heard of it",
  );
  for (const waiter of told) {
    // It may have given up in the moment in which it was told.
    if (waiter.controller.signal.aborted || waiter.timeout !== undefined) continue;
    assertEquals(waiter.outcome, { value: true });
  }
  event.clear();
  event.set();
  await settle(() => waiters.every(({ outcome }) => outcome !== undefined), "all have ended");
  for (const waiter of waiters) checkOutcome(waiter);
  assert(event.isSet());
  return stalled;
}
