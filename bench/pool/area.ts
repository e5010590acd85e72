/** What of pools is compared with what. */

import type { Area, Baseline, Comparison } from "../lib/comparison.ts";

const bare: Baseline = { name: "bare messages", beside: "raw" };
const peer: Baseline = { name: "best peer", isPeer: true };
const python: Baseline = { name: "Python's `Pool`", python: "python" };

/** Tasks a second, against several. */
function tasks(
  title: string,
  scenario: string,
  baselines: readonly Baseline[],
  more: Partial<Comparison> = {},
): Comparison[] {
  return baselines.map((baseline, i) => ({
    title,
    scenario,
    ours: "nproc",
    unit: "tasks/s",
    baseline,
    ...(!scenario.startsWith("stream") && { isInChart: true as const }),
    // The README shows Python beside the best peer: of the first it makes a row.
    ...(i === 0 ? more : {}),
  }));
}

/** What of pools is compared with what. */
export const area: Area = {
  title: "Pool",
  about:
    "Tasks that square a number, with two workers, or with one where they are awaited one after " +
    "another: what counts is what a pool itself costs. Then the time from `new Pool(2)` to the first " +
    "result beside that of a child that only answers a message, and primes counted by a pool of two " +
    "beside one core.",
  comparisons: [
    ...tasks("one after another", "one", [python, peer, bare], {
      readme: "tasks, one after another",
    }),
    ...tasks("30,000 tasks at once", "all", [python, peer], { readme: "30,000 tasks at once" }),
    ...tasks("`map` of 400,000 numbers", "map", [python], { readme: "`map` of 400,000 numbers" }),
    ...tasks("`imapUnordered`, chunks of 1", "stream1", [python]),
    ...tasks("`imapUnordered`, chunks of 64", "stream64", [python]),
    {
      title: "start-up",
      scenario: "startup",
      ours: "nproc",
      unit: "ms",
      baseline: { name: "a bare child", beside: "bare" },
      isInChart: true,
    },
    {
      title: "primes below 2,000,000",
      scenario: "primes",
      ours: "nproc",
      unit: "ms",
      baseline: { name: "one core", beside: "one core" },
      isInChart: true,
    },
  ],
  limits: [
    "One after another, everything is kept on one core where the system can do that: otherwise it " +
    "is a lottery whether both ends share one.",
    "The best peer is the fastest of npm's piscina, tinypool, poolifier, workerpool and " +
    "multithreading on that runtime, whatever its workers are; those are not as many as its columns " +
    "say, as most have threads only.",
    "Where two cores are shared with other programs, primes cannot get twice as fast.",
  ],
};
