/** Instances of classes of a main module that still runs. */

import process from "node:process";
import { getContext, type StartMethod } from "../../../mod.ts";

export class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
class Unexported {
  z = 1;
}
export const lengthOf = (point: Point): number => point.length;
export const echo = <T>(value: T): T => value;
export const nameOf = (value: object): string => value.constructor.name;

async function main(method: StartMethod): Promise<void> {
  await using pool = new (getContext(method).Pool)(1);
  console.log("there", await pool.apply(lengthOf, [new Point(3, 4)]));
  console.log("back", await pool.apply(echo, [new Point(3, 4)]) instanceof Point);
  console.log("plain", await pool.apply(nameOf, [new Unexported()]));
  console.log("plain", await pool.apply(nameOf, [new Unexported()]));
}

if (import.meta.main) await main(process.argv[2] as StartMethod);
