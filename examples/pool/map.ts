/** `map`: many tasks, all results. */

import { Pool } from "@nproc/multiprocessing";
import { list, setUp } from "../_lib.ts";

export function task(num: number): number {
  return num * num;
}

if (import.meta.main) {
  setUp();
  const pool = new Pool();
  const res = await pool.map(task, [1, 2, 3, 4, 5]);
  console.log(list(res));
}
