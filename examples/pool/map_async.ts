/** `mapAsync` gives at once an object for the results, which outlasts its pool. */

import { Pool } from "@nproc/multiprocessing";
import { list, setUp } from "../_lib.ts";

export function task(num: number): number {
  return num * num;
}

if (import.meta.main) {
  setUp();
  {
    const pool = new Pool();
    const res = pool.mapAsync(task, [1, 2, 3, 4, 5]);
    console.log(list(await res.get()));
  }
  {
    const pool = new Pool();
    const res = pool.mapAsync(task, [1, 2, 3, 4, 5]);
    pool.close();
    await pool.join();
    console.log(list(await res.get()));
  }
}
