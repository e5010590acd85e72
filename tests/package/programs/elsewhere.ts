/**
 * A program for a bundler that writes the URL of the source for `import.meta.url`, and `true` for
 * `import.meta.main` in children, too: its children run the source.
 */

import { parentProcess, Pool, task, TaskReferenceError } from "../../../mod.ts";
import { addTen } from "./add_ten.ts";

const shift = task(import.meta, (x: number): number => addTen(x));
const fail = task(import.meta, (): never => {
  throw new TaskReferenceError("on purpose");
});

if (import.meta.main && parentProcess() === undefined) {
  await using pool = new Pool(1);
  console.log("tasks:", (await pool.map(shift, [1, 2, 3])).join(" "));
  console.log("error:", await pool.apply(fail).catch((e) => e instanceof TaskReferenceError));
}
