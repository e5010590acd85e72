/** `map` gives a list, `imap` an iterator. */

import { Pool } from "@nproc/multiprocessing";
import { list, setUp } from "../_lib.ts";

export function f(x: number): number {
  return x * x;
}

if (import.meta.main) {
  setUp();
  await using pool = new Pool({ processes: 4 });
  console.log(list(await pool.map(f, Array(10).keys())));
  const it = pool.imap(f, Array(10).keys());
  console.log(it);
  console.log((await it.next()).value);
  console.log((await it.next()).value);
  console.log((await it.next({ timeout: 1000 })).value);
}
