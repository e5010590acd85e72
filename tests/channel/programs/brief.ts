/** Ends in the moment in which it begins to listen. */

import process from "node:process";
import { Listener } from "../../../mod.ts";

Object.assign(globalThis, { kept: new Listener() });
process.exit(0);
