/**
 * What a folder of `bench/` tells `scripts/bench.ts` of itself: its `suite.ts` exports a `Suite`.
 */

import type { Area } from "./comparison.ts";
import type { Method, PlacedRow } from "./row.ts";

/** A program to run, once for each runtime or by Python. */
export interface BenchProgram {
  /** The file, in the folder of the suite. */
  readonly file: string;
  readonly args: readonly string[];
  /** What it is called where it does not run. */
  readonly title: string;
  /** Both ends of what is measured share one core, where the system can do that. */
  readonly oneCore?: boolean;
  /** A peer may fail to run on a runtime; what is ours may not. */
  readonly isPeer: boolean;
  /** Seconds after which it is given up, where they are not as many as usual. */
  readonly limit?: number;
}

/** A program that did not run to its end. */
export interface Failure {
  readonly on: string;
  readonly title: string;
  readonly reason: string;
  /** How many rows it had printed. */
  readonly measured: number;
}

/** A folder of benches. */
export interface Suite {
  /** Whether it compares with what has to be installed. */
  readonly needsPeers: boolean;
  /** What runs on each runtime. */
  readonly programs: readonly BenchProgram[];
  /** What Python runs, once. */
  readonly python: readonly BenchProgram[];
  /** What is compared with what in the results. */
  readonly area: Area;
  /** The tables. */
  report(rows: readonly PlacedRow[], failures: readonly Failure[]): string;
}

const methods: readonly Method[] = ["worker", "process"];

/** Programs of ours, each with both start methods. */
export function withBothMethods(names: readonly string[]): BenchProgram[] {
  return methods.flatMap((method) =>
    names.map((name) => ({
      file: `${name}.ts`,
      title: `${name} (${method})`,
      args: ["--method", method],
      isPeer: false,
    }))
  );
}

/** A program of Python's, once for each scenario, of so many seconds at most. */
export function inPython(
  file: string,
  scenarios: readonly string[],
  limit: number,
): BenchProgram[] {
  return scenarios.map((scenario) => ({
    file,
    title: `${scenario} (python)`,
    args: ["--scenario", scenario],
    isPeer: true,
    limit,
  }));
}
