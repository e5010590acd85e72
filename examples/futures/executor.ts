/** `concurrent.futures`: `submit`, `map`, `as_completed`. */

import { asCompleted, ProcessPoolExecutor } from "@nproc/multiprocessing/futures";
import { currentProcess } from "@nproc/multiprocessing";
import { list, setUp, sleep } from "../_lib.ts";

export async function work(n: number): Promise<number> {
  await sleep(n);
  console.log(`${currentProcess().pid} run ${n}`);
  return n ** 2;
}

if (import.meta.main) {
  setUp();
  await using executor = new ProcessPoolExecutor({ maxWorkers: 3 });

  const future = executor.submit(work, 2);
  console.log(`submit, done: ${future.done()}`);
  console.log(`submit, result: ${await future.result()}`);
  console.log(`submit, done: ${future.done()}`);

  console.log(`map: ${list(await Array.fromAsync(executor.map(work, [3, 2, 1])))}`);

  const futures = new Map([6, 4, 2].map((n) => [executor.submit(work, n), n]));
  for await (const done of asCompleted(futures.keys())) {
    console.log(`as_completed: ${futures.get(done)} -> ${await done.result()}`);
  }
}
