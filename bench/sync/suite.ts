/**
 * The benches of locks and shared values: which programs there are, and what is made of their rows.
 */

import { inPython, type Suite, withBothMethods } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const files = ["free", "contended", "wake", "copy"];

/** The benches of locks and shared values. */
export const suite: Suite = {
  needsPeers: false,
  programs: withBothMethods(files),
  python: inPython("sync.py", files, 30),
  area,
  report,
};
