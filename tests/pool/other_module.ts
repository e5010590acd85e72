/** A module that calls a pool with functions of its own, which it exports or not. */

import type { Pool } from "../../mod.ts";

// Not a constant that a compiler could put in its place.
const factor = Number("10");

export function times(x: number): number {
  return x * factor;
}

export const alsoTimes = (x: number): number => x * factor + 1;

export default function (x: number): number {
  return x * factor + 2;
}

function hidden(x: number): number {
  return x * factor + 3;
}
export { hidden as renamed };

/** Made by one function: they look alike, and are not the same. */
const maker = (by: number) => (x: number): number => x * by;
export const twice: (x: number) => number = maker(2);
export const thrice: (x: number) => number = maker(3);

/** Makes functions that are called otherwise than what they are exported as. */
function make(by: number): (x: number) => number {
  return function made(x: number): number {
    return x * by;
  };
}
export const sevenfold: (x: number) => number = make(7);

function internal(x: number): number {
  return x * factor;
}

/** The calls come through here. */
export async function callAll(pool: Pool): Promise<number[]> {
  const { default: unnamed } = await import("./other_module.ts");
  const results = [times, alsoTimes, unnamed, hidden].map((fn) => pool.apply(fn, [4]));
  return await Promise.all(results);
}

export async function callMap(pool: Pool): Promise<number[]> {
  const results = await pool.map(times, [1, 2, 3]);
  return results;
}

export async function callMade(pool: Pool): Promise<number> {
  const result = await pool.apply(sevenfold, [4]);
  return result;
}

/** A function that the module does not export, and that needs it. */
export async function callInternal(pool: Pool): Promise<number> {
  const result = await pool.apply(internal, [4]);
  return result;
}

export async function callAlike(pool: Pool): Promise<number> {
  const result = await pool.apply(thrice, [4]);
  return result;
}
