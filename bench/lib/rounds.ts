/** How many rounds there are: `deno task bench --quick` asks for half of them. */

import process from "node:process";

/** What tells every program of a run, and its children, to be quick. `rows.py` looks at it, too. */
export const quickVariable = "BENCH_QUICK";

/** Of a number of rounds those that are to be run. */
export function rounds(full: number): number {
  return process.env[quickVariable] === "1" ? Math.ceil(full / 2) : full;
}
