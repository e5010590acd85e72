/** Work that takes time: primes counted by a pool of two, in turns with this thread alone. */

import { Pool, setStartMethod } from "@nproc/multiprocessing";
import { timeInTurns } from "../lib/measure.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { rounds } from "../lib/rounds.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { sizes } from "./sizes.ts";

/** Counts the primes from `from` up to, not including, `to`. */
export function countPrimes([from, to]: readonly [number, number]): number {
  let count = 0;
  for (let n = from; n < to; n++) {
    if (n < 4) {
      if (n > 1) count++;
      continue;
    }
    if (n % 2 === 0) continue;
    let isPrime = true;
    for (let d = 3; d * d <= n; d += 2) {
      if (n % d === 0) {
        isPrime = false;
        break;
      }
    }
    if (isPrime) count++;
  }
  return count;
}

async function main(): Promise<void> {
  const { method } = programOptions();
  setStartMethod(method);
  const { limit, count, ranges } = sizes.primes;
  const step = limit / ranges;
  const inputs = Array.from({ length: ranges }, (_, i) => [i * step, (i + 1) * step] as const);
  const time = async (counts: () => number[] | Promise<number[]>): Promise<number> => {
    const before = performance.now();
    const total = (await counts()).reduce((a, b) => a + b);
    const passed = performance.now() - before;
    expectEqual(total, count, `The number of primes below ${limit}`);
    return passed;
  };
  const pool = new Pool(2);
  const times = await timeInTurns({
    "one core": () => time(() => inputs.map(countPrimes)),
    "nproc": () => time(() => pool.map(countPrimes, inputs, { chunkSize: 1 })),
  }, rounds(3));
  await pool.terminate();
  for (const [competitor, samples] of Object.entries(times)) {
    printRow({ scenario: "primes", competitor, method, unit: "ms", samples, beside: "one core" });
  }
  endSoon();
}

if (import.meta.main) await main();
