/** The benches of queues and pipes: which programs there are, and what is made of their rows. */

import { type BenchProgram, inPython, type Suite, withBothMethods } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const files = ["flow", "trip"];

const multithreading: BenchProgram = {
  file: "multithreading.ts",
  title: "multithreading (worker)",
  args: [],
  isPeer: true,
};

/** The benches of queues and pipes. */
export const suite: Suite = {
  needsPeers: true,
  programs: [
    ...withBothMethods(files),
    multithreading,
  ],
  // It has many scenarios.
  python: inPython("queues.py", files, 60),
  area,
  report,
};
