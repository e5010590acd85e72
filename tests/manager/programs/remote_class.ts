/** A class that two programs have. */

import { registerClass } from "../../../mod.ts";

export class Point {
  x: number;
  y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}
registerClass(import.meta, Point);
