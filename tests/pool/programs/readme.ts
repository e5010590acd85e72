import { Pool } from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}

if (import.meta.main) {
  await using pool = new Pool(4);
  console.log(await pool.map(square, [0, 1, 2, 3, 4]));
}
