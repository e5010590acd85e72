/** A class whose module never loads in a child. */

import { parentProcess, registerClass } from "../../mod.ts";

if (parentProcess() !== undefined) {
  await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
}

export class Endless {}
registerClass(import.meta, Endless);
