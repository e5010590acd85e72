/** Classes whose instances are items. */

import { registerClass } from "../../mod.ts";

export class Own {
  value: number;
  constructor(value: number) {
    this.value = value;
  }
  get square(): number {
    return this.value ** 2;
  }
}
registerClass(import.meta, Own);

export class OwnError extends Error {
  override name = "OwnError";
  code?: number;
}
registerClass(import.meta, OwnError);
