/** A worker for each core: one call, a list of calls, and results one by one. */

import { cpuCount, Pool } from "@nproc/multiprocessing";
import { list, setUp, sleep } from "../_lib.ts";

export function add(a: number, b: number): number {
  return a + b;
}

export function double(x: number): number {
  return 2 * x;
}

export async function slow(seconds: number): Promise<number> {
  await sleep(seconds);
  console.log(`slow(${seconds}) returns`);
  return seconds;
}

if (import.meta.main) {
  setUp();
  // 1. A pool of as many processes as there are cores.
  const pool = new Pool({ processes: cpuCount() });

  // 2. and 3. `apply` waits for one result, `map` for all, `imap` gives each when it is there.
  const result = await pool.apply(add, [1, 2]);
  console.log(result);

  let results = await pool.map(double, Array(10).keys());
  console.log(list(results));

  results = [];
  for await (const result of pool.imap(slow, [1, 2, 3, 4])) {
    console.log(`imap: ${result}`);
    results.push(result);
  }
  console.log(list(results));

  // 4. No more tasks; wait for the workers' end.
  pool.close();
  await pool.join();
}
