/** What the programs of the benches have in common: their arguments and their end. */

import process from "node:process";
import { parseArgs } from "node:util";
import type { Method } from "./row.ts";

/** What a program is asked for. */
export interface ProgramOptions {
  readonly method: Method;
  /** Names of scenarios; all that there are where it is left out. */
  readonly scenarios: readonly string[] | undefined;
}

/** Reads `--method worker|process` and `--scenario a,b`. */
export function programOptions(): ProgramOptions {
  const { values } = parseArgs({
    options: {
      method: { type: "string", default: "worker" },
      scenario: { type: "string" },
    },
  });
  if (values.method !== "worker" && values.method !== "process") {
    throw new RangeError(`Cannot run as method must be worker or process: ${values.method}`);
  }
  return { method: values.method, scenarios: values.scenario?.split(",") };
}

/** Ends a program that has said all, whatever its competitor left behind. */
export function endSoon(): void {
  setTimeout(() => process.exit(), 300);
}
