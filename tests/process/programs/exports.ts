/** Functions of a main module that are exported in all ways, run in its children. */

import process from "node:process";
import { Pool, setStartMethod, type StartMethod, task } from "../../../mod.ts";

const factor = Number("3");

export function named(x: number): number {
  return x * factor;
}
export const arrow = (x: number): number => x * factor + 1;
export default function byDefault(x: number): number {
  return x * factor + 2;
}
function hidden(x: number): number {
  return x * factor + 3;
}
export { hidden as shown };
export const expression: (x: number) => number = function (x: number): number {
  return x * factor + 4;
};
export async function later(x: number): Promise<number> {
  await null;
  return x * factor + 5;
}
const unexported = task(import.meta, (x: number): number => x * factor + 6);
const first = task(import.meta, (x: number): number => x);
const second = task(import.meta, (x: number): number => -x);
const anonymous = [task(import.meta, (x: number): number => x * factor + 7)][0]!;

/** Recursive, and calls others of its module. */
export function factorial(x: number): number {
  return x < 2 ? named(1) / factor : x * factorial(x - 1);
}

if (import.meta.main) {
  setStartMethod(process.argv[2] as StartMethod);
  await using pool = new Pool(2);
  const functions: ((x: number) => unknown)[] = [
    named,
    arrow,
    byDefault,
    hidden,
    expression,
    later,
    unexported,
    first,
    second,
    anonymous,
    factorial,
  ];
  const results = await Promise.all(functions.map((fn) => pool.apply(fn, [10])));
  console.log(results.join(" "));
  console.log((await Promise.all(functions.map((fn) => pool.map(fn, [10])))).join(" "));
}
