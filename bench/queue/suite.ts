/** The benches of queues and pipes: which programs there are, and what is made of their rows. */

import type { Method } from "../lib/row.ts";
import type { BenchProgram, Suite } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const methods: readonly Method[] = ["worker", "process"];
const files = ["flow", "trip"];

const ours = (file: string, method: Method): BenchProgram => ({
  file: `${file}.ts`,
  title: `${file} (${method})`,
  args: ["--method", method],
  isPeer: false,
});

const multithreading: BenchProgram = {
  file: "multithreading.ts",
  title: "multithreading (worker)",
  args: [],
  isPeer: true,
};

const python = (scenario: string): BenchProgram => ({
  file: "queues.py",
  title: `${scenario} (python)`,
  args: ["--scenario", scenario],
  isPeer: true,
  // It has many scenarios.
  limit: 60,
});

/** The benches of queues and pipes. */
export const suite: Suite = {
  needsPeers: true,
  programs: [
    ...methods.flatMap((method) => files.map((file) => ours(file, method))),
    multithreading,
  ],
  python: files.map(python),
  area,
  report,
};
