/** A class whose module takes a while to load: no child knows it before an item names it. */

import { registerClass } from "../../mod.ts";

export class Slow {
  value: number;
  constructor(value: number) {
    this.value = value;
  }
}
registerClass(import.meta, Slow);

await new Promise((resolve) => setTimeout(resolve, 100));
