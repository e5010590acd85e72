/**
 * Counts the primes below some millions on all cores, and again on one, and compares the times.
 * `deno task primes 50000000` counts those below fifty million.
 */

import { cpuCount, Pool } from "@nproc/multiprocessing";
import { setUp } from "./_lib.ts";

function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0 || n % 3 === 0) return false;
  for (let d = 5; d * d <= n; d += 6) {
    if (n % d === 0 || n % (d + 2) === 0) return false;
  }
  return true;
}

/** The number of primes from `start` to below `end`. */
export function countPrimes(start: number, end: number): number {
  let count = 0;
  for (let n = start; n < end; n++) {
    if (isPrime(n)) count++;
  }
  return count;
}

/** Cuts the numbers below a limit into ranges: larger numbers take longer, so into many. */
function ranges(limit: number, parts: number): [start: number, end: number][] {
  const edge = (i: number): number => Math.floor(i * limit / parts);
  return Array.from({ length: parts }, (_, i) => [edge(i), edge(i + 1)]);
}

/** Calls a function; what it gives, and the seconds it took. */
async function timed<T>(fn: () => T): Promise<[result: Awaited<T>, seconds: number]> {
  const start = performance.now();
  return [await fn(), (performance.now() - start) / 1000];
}

if (import.meta.main) {
  const limit = Number(setUp()[0] ?? 20_000_000);

  // The start of the workers counts, too.
  const [count, seconds] = await timed(async () => {
    await using pool = new Pool();
    const counts = await pool.starmap(countPrimes, ranges(limit, 16 * cpuCount()));
    return counts.reduce((sum, n) => sum + n);
  });
  console.log(`${count} primes below ${limit}`);
  console.log(`${seconds.toFixed(2)} s on ${cpuCount()} cores with a pool`);

  const [same, alone] = await timed(() => countPrimes(0, limit));
  if (same !== count) throw new Error(`One core counts ${same}`);
  console.log(`${alone.toFixed(2)} s on one core without`);
  console.log(`${(alone / seconds).toFixed(2)} times as fast`);
}
