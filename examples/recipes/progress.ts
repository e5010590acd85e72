/** Shows how far a map is while it runs. */

import { Pool } from "@nproc/multiprocessing";

/** The number of digits of a power of seven: stands for real work. */
export function digits(exponent: number): number {
  return String(7n ** BigInt(exponent)).length;
}

if (import.meta.main) {
  const exponents = Array.from({ length: 200 }, (_, i) => 10 * i);
  await using pool = new Pool(2);
  let done = 0;
  let sum = 0;
  // Results come in the order in which they are ready, so a slow one holds up no other.
  for await (const count of pool.imapUnordered(digits, exponents)) {
    sum += count;
    done++;
    if (done % 50 === 0) console.log(`${done} of ${exponents.length} done`);
  }
  console.log(`${sum} digits in all`);
}
