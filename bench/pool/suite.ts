/** The benches of `Pool`: which programs there are, and what is made of their rows. */

import type { Method } from "../lib/row.ts";
import type { BenchProgram, Suite } from "../lib/suite.ts";
import { area } from "./area.ts";
import { report } from "./report.ts";

const methods: readonly Method[] = ["worker", "process"];

const threadPeers = ["piscina", "tinypool", "poolifier", "workerpool", "multithreading"];
/** Those that can have processes for workers, too, and take the same options for them. */
const processPeers = ["tinypool", "workerpool"];

function program(file: string, method: Method, scenarios?: string): BenchProgram {
  const name = file.replace(/\.\w+$/, "");
  return {
    file,
    title: `${name} (${method})`,
    args: ["--method", method, ...(scenarios === undefined ? [] : ["--scenario", scenarios])],
    // One by one, what counts is whether both ends share a core: here they always do.
    oneCore: scenarios === "one",
    isPeer: [...threadPeers, "pool"].includes(name),
  };
}

const many = "all,batches,map,stream1,stream64";

/** One by one, and many at once. */
const both = (file: string, method: Method): BenchProgram[] => [
  program(file, method, "one"),
  program(file, method, many),
];

/** The benches of `Pool`. */
export const suite: Suite = {
  needsPeers: true,
  programs: [
    ...methods.flatMap((method) => [
      ...both("nproc.ts", method),
      program("raw.ts", method, many),
      program("startup.ts", method),
      program("primes.ts", method),
    ]),
    ...threadPeers.flatMap((peer) => both(`${peer}.ts`, "worker")),
    ...processPeers.flatMap((peer) => both(`${peer}.ts`, "process")),
    // Once more: what else the machine does changes while the peers run, and counts on both sides.
    ...methods.map((method) => program("nproc.ts", method, "all")),
  ],
  python: both("pool.py", "process").map((python) => ({ ...python, limit: 30 })),
  area,
  report,
};
