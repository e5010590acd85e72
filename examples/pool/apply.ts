/** Synchronous calls: the parent waits for each result before it submits the next task. */

import { currentProcess, Pool } from "@nproc/multiprocessing";
import { list, setUp, sleep } from "../_lib.ts";

export async function work(n: number): Promise<number> {
  console.log(`${currentProcess().pid} run`);
  await sleep(3);
  return n ** 2;
}

if (import.meta.main) {
  setUp();
  const p = new Pool(3);
  const results: number[] = [];
  for (let i = 0; i < 10; i++) {
    results.push(await p.apply(work, [i]));
    console.log(list(results));
  }
}
