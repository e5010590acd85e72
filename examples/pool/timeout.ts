/** A result that is waited for no longer than a second. */

import { Pool, TimeoutError } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";

export function f(x: number): number {
  return x * x;
}

// Ten real seconds, whatever the speed, as the second that `get` waits is a real one, too. The end
// of the pool cuts them short.
export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

if (import.meta.main) {
  setUp();
  await using pool = new Pool({ processes: 4 });
  await pool.apply(f, [0]); // On a busy machine the start of a worker alone may take a second.

  const result = pool.applyAsync(f, [10]);
  console.log(await result.get({ timeout: 1000 }));

  const late = pool.applyAsync(sleep, [10]);
  try {
    console.log(await late.get({ timeout: 1000 }));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log(`TimeoutError: ${error.message}`);
  }

  console.log(await pool.apply(f, [11])); // The pool goes on, with three of its workers free.
}
