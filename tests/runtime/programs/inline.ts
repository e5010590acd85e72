/** A program that may be a text, and no file: its functions travel as their source. */

import { getContext } from "../../../mod.ts";

for (const method of ["worker", "process"] as const) {
  await using pool = new (getContext(method).Pool)(1);
  console.log(await pool.apply((x: number) => x + 1, [1]));
}
