/** Ten tasks for three workers: `applyAsync` does not wait for each, `apply` does. */

import { currentProcess, Pool } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

export async function worker(num: number): Promise<void> {
  console.log(`---进程号: ${currentProcess().pid} ---num=${num}----`);
  await sleep(2);
}

if (import.meta.main) {
  setUp();
  for (const blocking of [false, true]) {
    const pool = new Pool(3);

    for (let i = 0; i < 10; i++) {
      console.log(`----添加任务:${i}-----`);
      if (blocking) await pool.apply(worker, [i]);
      else pool.applyAsync(worker, [i]);
    }

    pool.close(); // No more tasks are added.
    await pool.join(); // The parent goes on when the workers have ended.
  }
}
