/** Schedules of waits in one child: who waits, who gives up, and when something is granted. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";

/** One step. What one step does, happens within one stroke of the event loop. */
export type Step =
  | { readonly do: "wait"; readonly timeout: number | undefined }
  | { readonly do: "abort"; readonly which: number }
  | { readonly do: "grant" }
  | { readonly do: "tryTake" }
  /** An abort and a grant at the same moment, in either order. */
  | { readonly do: "race"; readonly which: number; readonly abortFirst: boolean }
  /** Lets promises go on, so many times. */
  | { readonly do: "microtasks"; readonly count: number }
  | { readonly do: "turn" }
  | { readonly do: "pause"; readonly milliseconds: number };

const which = fc.constantFrom(0, 0.5, 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      timeout: fc.option(fc.constantFrom(0, 0.2, 1, 3, 1000), { nil: undefined, freq: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("abort" as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("grant" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tryTake" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("race" as const), which, abortFirst: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("microtasks" as const),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("pause" as const),
      milliseconds: fc.constantFrom(0, 1, 2, 3),
    }),
  },
);

/** A schedule. */
export const schedule: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 40 });

/** A wait of the schedule. */
export interface Waiter {
  readonly controller: AbortController;
  readonly reason: object;
  readonly timeout: number | undefined;
  /** What it came to; `undefined` while it waits. */
  outcome: { readonly value: boolean } | { readonly error: unknown } | undefined;
}

/** Begins a wait that the schedule may abort. */
export function begin(
  wait: (options: { signal: AbortSignal; timeout?: number }) => Promise<boolean>,
  timeout: number | undefined,
  onEnd: (value: boolean) => void,
): Waiter {
  const waiter: Waiter = {
    controller: new AbortController(),
    reason: { expected: "aborted by the schedule" },
    timeout,
    outcome: undefined,
  };
  const { signal } = waiter.controller;
  void wait(timeout === undefined ? { signal } : { signal, timeout }).then(
    (value) => {
      waiter.outcome = { value };
      onEnd(value);
    },
    (error) => waiter.outcome = { error },
  );
  return waiter;
}

/** Of those who still wait: 0 is the first, 1 the last. */
export function pick(waiters: readonly Waiter[], place: number): Waiter | undefined {
  const waiting = waiters.filter(({ outcome, controller }) =>
    outcome === undefined && !controller.signal.aborted
  );
  return waiting[Math.floor(place * (waiting.length - 1))];
}

/** Lets time pass, in one of the ways of a schedule. */
export async function pass(step: Step): Promise<void> {
  if (step.do === "microtasks") { for (let i = 0; i < step.count; i++) await null; }
  else if (step.do === "turn") await new Promise((resolve) => setTimeout(resolve));
  else if (step.do === "pause") {
    await new Promise((resolve) => setTimeout(resolve, step.milliseconds));
  }
}

/** Checks that a wait has ended in a way that it may. */
export function checkOutcome({ outcome, controller, reason, timeout }: Waiter): void {
  assert(outcome !== undefined, "A wait has not ended");
  if ("error" in outcome) {
    assertStrictEquals(outcome.error, reason);
    assert(controller.signal.aborted);
  } else if (!outcome.value) assert(timeout !== undefined);
}

/** How long whatever is to happen at once may take, in milliseconds; beyond it is a stall. */
export const stallAfter = 40;

/**
 * Waits until a condition holds; counts it as a stall if that takes too long, and fails in the end.
 */
export async function settle(condition: () => boolean, what: string): Promise<boolean> {
  const begun = performance.now();
  while (!condition()) {
    assert(performance.now() - begun < 10_000, `Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return performance.now() - begun > stallAfter;
}

/**
 * A machine may stumble; a wake-up that is lost, and made good by a look, shows in more than this
 * share.
 */
export function checkStalls(stalls: number, runs: number): void {
  assertEquals(Math.max(0, stalls - Math.ceil(runs / 20)), 0, `${stalls} of ${runs} stalled`);
}
