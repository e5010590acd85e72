/** The benches of managers: which programs there are, and what is made of their rows. */

import type { Method } from "../lib/row.ts";
import type { BenchProgram, Suite } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const methods: readonly Method[] = ["worker", "process"];
const files = ["dict", "remote"];

const ours = (file: string, method: Method): BenchProgram => ({
  file: `${file}.ts`,
  title: `${file} (${method})`,
  args: ["--method", method],
  isPeer: false,
});

const python = (scenario: string): BenchProgram => ({
  file: "dicts.py",
  title: `${scenario} (python)`,
  args: ["--scenario", scenario],
  isPeer: true,
  limit: 60,
});

/** The benches of managers. */
export const suite: Suite = {
  needsPeers: false,
  programs: methods.flatMap((method) => files.map((file) => ours(file, method))),
  python: files.map(python),
  area,
  report,
};
