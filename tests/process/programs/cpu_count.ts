/** Prints how many processors it may use. */

import { cpuCount } from "../../../mod.ts";

console.log(cpuCount());
