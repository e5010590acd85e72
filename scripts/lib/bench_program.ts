/** Runs one program of a bench, and takes in what it says. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { quickVariable } from "../../bench/lib/rounds.ts";
import { type PlacedRow, readRow } from "../../bench/lib/row.ts";
import type { BenchProgram, Failure } from "../../bench/lib/suite.ts";
import { runCommand } from "../../tests/command.ts";
import { root } from "../toolchain.mjs";
import { programEnvironment } from "./runtimes.ts";

/** What a suite has given so far. */
export interface Collected {
  readonly rows: PlacedRow[];
  readonly failures: Failure[];
  good: boolean;
}

/** One run of a program. */
export interface ProgramRun {
  /** A runtime, or "python". */
  readonly on: string;
  /** What starts it, the file at the end. */
  readonly command: readonly string[];
  readonly program: BenchProgram;
  /** Seconds after which it is given up; the program's own limit if it is left out. */
  readonly timeout?: number | undefined;
  readonly isQuick: boolean;
}

/** The words before a command that keep it on one core; none where that cannot be had. */
const pin = spawnSync("taskset", ["-c", "0", process.execPath, "--version"]).status === 0
  ? ["taskset", "-c", "0"]
  : [];

/** Whether programs can be kept on one core. */
export const canPin: boolean = pin.length > 0;

/** The line of an output that tells the error: the first that names one, or else the last. */
function reasonOf(output: string): string {
  // deno-lint-ignore no-control-regex -- colours are control characters
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  const lines = plain.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const found = lines.find((line) => /^(error: |Uncaught |\w*(Error|WrongResult)\b)/.test(line));
  return (found ?? lines.at(-1) ?? "it said nothing").slice(0, 160);
}

/**
 * Runs a program and adds its rows, or why it failed. A peer that has failed there is not tried in
 * its other scenarios.
 */
export async function runProgram(
  { on, command, program, timeout, isQuick }: ProgramRun,
  collected: Collected,
): Promise<void> {
  const { args, oneCore, title, isPeer, limit = isPeer ? 10 : 60 } = program;
  const hasFailed = collected.failures.some((failure) =>
    failure.on === on && failure.title === title
  );
  if (isPeer && hasFailed) return;
  const [first, ...rest] = [...(oneCore ? pin : []), ...command, ...args] as [string];
  const seconds = timeout ?? limit;
  const result = await runCommand(first, rest, {
    cwd: root,
    timeout: 1000 * seconds,
    env: { ...programEnvironment(), [quickVariable]: isQuick ? "1" : undefined },
  });
  const rows = result.stdout.split("\n").flatMap((line) => readRow(line) ?? []);
  collected.rows.push(...rows.map((row) => ({ ...row, on })));
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const took = (result.duration / 1000).toFixed(1);
  console.error(`  ${on}: ${title}: ${scenarios.join("; ")} (${took} s)`);
  if (result.code === 0 && !result.timedOut) return;
  const reason = result.timedOut ? `it has not ended after ${seconds} s` : reasonOf(result.stderr);
  collected.failures.push({ on, title, reason, measured: rows.length });
  if (!isPeer || reason.includes("WrongResult")) collected.good = false;
  if (!isPeer) console.error(result.stderr.trimEnd());
}
