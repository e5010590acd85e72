/** Asynchronous calls: the results are asked for when the pool has ended. */

import { type AsyncResult, currentProcess, Pool } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

export async function work(n: number): Promise<number> {
  console.log(`${currentProcess().pid} run`);
  await sleep(Math.random());
  return n ** 2;
}

if (import.meta.main) {
  setUp();
  const p = new Pool(3);
  const results: AsyncResult<number>[] = [];
  for (let i = 0; i < 10; i++) {
    results.push(p.applyAsync(work, [i]));
  }

  p.close();
  await p.join();
  for (const res of results) console.log(await res.get());
}
