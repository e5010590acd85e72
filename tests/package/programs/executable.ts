/** Says that this is an executable while the package is loaded, which then starts children so. */

import { build } from "./fake_build.ts";
import { parentProcess, Pool, task } from "../../../mod.ts";

// Deno's own modules must not see it.
Object.assign(Deno, { build });

const whoAmI = task(import.meta, () => [parentProcess() !== undefined, Deno.mainModule]);

if (import.meta.main) {
  await using pool = new Pool(1);
  const [isChild, main] = await pool.apply(whoAmI);
  console.log(isChild, /nproc-[\w-]+\.mjs$/.test(String(main)));
}
