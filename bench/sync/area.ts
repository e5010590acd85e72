/** What of locks and shared values is compared with what. */

import type { Area, Baseline, Comparison } from "../lib/comparison.ts";

const python: Baseline = { name: "Python's", python: "python" };
const bareWords: Baseline = { name: "bare `Atomics`", beside: "bare" };
const bareWake: Baseline = { name: "a bare wake-up", beside: "bare" };

type More = Partial<Comparison>;

function pairs(
  title: string,
  scenario: string,
  ours: string,
  baselines: readonly Baseline[],
  more: More = {},
): Comparison[] {
  return baselines.map((baseline, i) => ({
    title,
    scenario,
    ours,
    unit: "pairs/s",
    baseline,
    ...(i === 0 ? more : {}),
  }));
}

/** Wake-ups, in microseconds. */
function wakes(
  title: string,
  scenario: string,
  ours: string,
  baselines: readonly Baseline[],
  more: More = {},
): Comparison[] {
  return pairs(title, scenario, ours, baselines, more).map((comparison) => ({
    ...comparison,
    unit: "us",
  }));
}

const both = [python, bareWake];
const shown = { isInChart: true } as const;

/** What of locks and shared values is compared with what. */
export const area: Area = {
  title: "Locks and shared values",
  about:
    "Pairs of acquire and release, additions to a value under its lock, by one child that nobody " +
    "disturbs and by two that want the same; how long it takes to wake who waits for an event or a " +
    "barrier; and 64 MiB into shared memory and out of it.",
  comparisons: [
    ...pairs("lock, `tryAcquire`", "lock", "tryAcquire", [python, bareWords], {
      ...shown,
    }),
    ...pairs("lock, `await acquire`", "lock", "await acquire", [python]),
    ...pairs("semaphore, `tryAcquire`", "semaphore", "tryAcquire", [python]),
    ...pairs("value under its lock, `acquireSync`", "value", "acquireSync", [python], {
      ...shown,
      readme: "`Value`, one added under its lock",
    }),
    ...pairs("value under its lock, `using` a hold", "value", "holdSync", [python]),
    ...pairs(
      "two children, one lock, `acquireSync`",
      "contended lock",
      "acquireSync",
      [python],
      shown,
    ),
    ...pairs("two children, one value, `acquireSync`", "contended value", "acquireSync", [
      python,
    ], shown),
    ...wakes("`event.waitSync`", "wake", "event.waitSync", both, shown),
    ...wakes("`event.wait`", "wake", "event.wait", both, shown),
    ...wakes("`event.waitSync` after 20 ms of sleep", "wake after long", "event.waitSync", both),
    ...wakes("`event.wait` after 20 ms of sleep", "wake after long", "event.wait", both),
    ...wakes("`barrier.waitSync`", "barrier", "barrier.waitSync", both),
    ...wakes("`barrier.wait`", "barrier", "barrier.wait", both),
    {
      title: "64 MiB in and out, `SharedArray`",
      scenario: "copy",
      ours: "SharedArray",
      unit: "ms",
      baseline: python,
      isInChart: true,
    },
  ],
  limits: [
    "A bare wake-up is `Atomics.wait` and `notify` between threads, and a message between processes. " +
    "Its median says more than 100 µs where both ends shared a core: then what the waker goes on " +
    "with counts, too.",
    "`using` itself takes V8 a tenth of a microsecond and more, whatever it disposes of: in a loop " +
    "that does little else, `acquireSync` and `release` are three times as fast.",
    "Two children that want one lock without a pause are the worst case; what counts there is how " +
    "long one of them keeps its core.",
  ],
};
