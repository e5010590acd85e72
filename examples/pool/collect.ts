/** No callback: the parent handles all results together at the end. */

import { type AsyncResult, Pool } from "@nproc/multiprocessing";
import { list, setUp, sleep } from "../_lib.ts";

export async function work(n: number): Promise<number> {
  await sleep(1);
  return n ** 2;
}

if (import.meta.main) {
  setUp();
  const p = new Pool();

  const results: AsyncResult<number>[] = [];
  for (let i = 0; i < 10; i++) {
    results.push(p.applyAsync(work, [i]));
  }

  p.close();
  await p.join();

  const nums: number[] = [];
  for (const res of results) nums.push(await res.get());
  console.log(list(nums));
}
