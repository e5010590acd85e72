/** A class whose module takes a while to load, with the collector at work meanwhile. */

import { registerClass } from "../../../mod.ts";
import { collect } from "./collector.ts";

export class Slow {
  x: number;

  constructor(x: number) {
    this.x = x;
  }
}
registerClass(import.meta, Slow);

for (let round = 0; round < 4; round++) await collect();
