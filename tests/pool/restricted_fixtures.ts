/**
 * What a child of fewer permissions does to have its parent import a module that it has written
 * itself.
 */

import { registerClass } from "../../mod.ts";

const code = "data:text/javascript,globalThis.escaped=(globalThis.escaped??0)+1//";

/** How often such a module was imported here. */
export const escapes = (): number => (globalThis as { escaped?: number }).escaped ?? 0;

export function mischief(how: "return" | "throw" | "cause"): unknown {
  class Returned {}
  class Thrown extends Error {}
  registerClass({ url: `${code}${how}` }, Returned);
  registerClass({ url: `${code}${how} thrown` }, Thrown);
  if (how === "return") return new Returned();
  throw how === "throw" ? new Thrown("x") : new Error("y", { cause: new Returned() });
}

export const honest = (x: number): number[] => [x];
