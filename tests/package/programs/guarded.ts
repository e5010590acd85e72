/** A program whose main part is not for children, even where `import.meta.main` is true there. */

import { parentProcess, Pool } from "../../../mod.ts";

let calls = 0;
export function count(): number {
  return ++calls;
}

if (import.meta.main && parentProcess() === undefined) {
  console.log("begins once");
  await using pool = new Pool(1);
  console.log("state:", await pool.apply(count), await pool.apply(count));
}
