/** A class whose module cannot be loaded in a child. */

import { parentProcess, registerClass } from "../../mod.ts";

if (parentProcess() !== undefined) throw new Error("expected: this module cannot be imported");

export class Broken {}
registerClass(import.meta, Broken);
