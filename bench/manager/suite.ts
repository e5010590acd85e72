/** The benches of managers: which programs there are, and what is made of their rows. */

import { inPython, type Suite, withBothMethods } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const files = ["dict", "remote"];

/** The benches of managers. */
export const suite: Suite = {
  needsPeers: false,
  programs: withBothMethods(files),
  python: inPython("dicts.py", files, 60),
  area,
  report,
};
