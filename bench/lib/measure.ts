/** How things are timed: in rounds, the contenders in turns. */

import { Bench } from "tinybench";
import { rounds as someOf } from "./rounds.ts";

/** How many rounds there are. */
export interface RoundOptions {
  /** Rounds that come first and do not count; only one where that takes long. */
  readonly warm?: number;
  readonly most?: number;
  /** Milliseconds after which no round begins but for the first two that count. */
  readonly budget?: number;
}

/** Times a step, round after round, in milliseconds; what it gives is checked after each. */
export async function timeRounds<T>(
  step: () => Promise<T>,
  check: (result: T) => void,
  { warm = 3, most = someOf(15), budget = 1200 }: RoundOptions = {},
): Promise<number[]> {
  const samples: number[] = [];
  const begin = performance.now();
  const passed = (): number => performance.now() - begin;
  for (let round = 0; samples.length < most; round++) {
    if (samples.length >= 2 && passed() > budget) break;
    const before = performance.now();
    const result = await step();
    const time = performance.now() - before;
    check(result);
    const isWarm = round >= warm || round > 0 && passed() > budget / 3;
    if (isWarm) samples.push(time);
  }
  return samples;
}

/** How long loops are. */
export interface LoopOptions {
  readonly rounds?: number;
  /** Milliseconds of one slice. */
  readonly time?: number;
  /** Calls of each that come first: compilers need many before a pool is as fast as it gets. */
  readonly warm?: number;
}

/** How much each contender does in a second, slice by slice in turns. */
export async function loopsPerSecond(
  contenders: Readonly<Record<string, () => Promise<void>>>,
  { rounds = someOf(9), time = 120, warm = 10_000 }: LoopOptions = {},
): Promise<Record<string, number[]>> {
  const names = Object.keys(contenders);
  const rates: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const run of Object.values(contenders)) for (let i = 0; i < warm; i++) await run();
  for (let round = -1; round < rounds; round++) {
    const bench = new Bench({ time, iterations: 1, warmup: false, throws: true });
    // Each is the first as often as the last.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      bench.add(name, contenders[name]!, { async: true });
    }
    for (const { name, result } of await bench.run()) {
      if (result.state !== "completed") throw new Error(`Cannot time ${name}: ${result.state}`);
      if (round >= 0) rates[name]!.push(1000 * result.latency.samplesCount / result.totalTime);
    }
  }
  return rates;
}

/** Times several contenders in turns, in milliseconds. Each gives the time that counts. */
export async function timeInTurns(
  contenders: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<Record<string, number[]>> {
  const names = Object.keys(contenders);
  const samples: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    // Whoever follows the most expensive one is not always the same.
    const first = (round + 1) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const sample = await contenders[name]!();
      if (round >= 0) samples[name]!.push(sample);
    }
  }
  return samples;
}
