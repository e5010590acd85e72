/** Starts children wherever it is imported: what a guard is missing of. */

import { Pool } from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}

const pool = new Pool(2);
try {
  console.log("result", await pool.map(square, [1, 2, 3]));
} catch (error) {
  console.log("main caught", String(error));
} finally {
  await pool.terminate();
}
