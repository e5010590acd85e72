/**
 * What a run of a suite measured, and where: kept in a file, from which the results are written.
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../scripts/toolchain.mjs";
import type { PlacedRow } from "./row.ts";
import type { Failure } from "./suite.ts";

/** What the numbers depend on. */
export interface Setting {
  readonly model: string;
  readonly cores: number;
  /** The system's name. */
  readonly system: string;
  /** Gibibytes of memory. */
  readonly memory: number;
  /** Versions by the names of runtimes, Python and packages. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A run of a suite. */
export interface Measurement {
  readonly setting: Setting;
  /** When it began and ended, as ISO 8601 has it. */
  readonly begun: string;
  readonly ended: string;
  /**
   * How many programs wanted a processor in the last minute before it began and before it ended.
   */
  readonly loads: readonly [number, number];
  /** With half of the rounds. */
  readonly isQuick: boolean;
  readonly failures: readonly Failure[];
  readonly rows: readonly PlacedRow[];
}

const folder = path.join(root, "bench", "results");
const fileOf = (suite: string): string => path.join(folder, `${suite}.json`);

/** This machine, with the versions of what runs on it. */
export function settingHere(versions: Readonly<Record<string, string>>): Setting {
  return {
    model: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    system: `${os.type()}, ${os.arch()}`,
    memory: Math.round(os.totalmem() / 2 ** 30),
    versions,
  };
}

/** How many programs want a processor. */
export const loadNow = (): number => Number(os.loadavg()[0]!.toFixed(1));

/** Keeps a run in place of the last one. Each row is a line, so that versions can be compared. */
export function keepMeasurement(suite: string, { rows, ...head }: Measurement): void {
  const lines = rows.map((row) => JSON.stringify(row));
  const text = JSON.stringify({ ...head, rows: [] }, undefined, 1)
    .replace(/"rows": \[\]/, () => `"rows": [\n${lines.join(",\n")}\n]`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(fileOf(suite), `${text}\n`);
}

/** The last run of a suite that was kept. */
export function lastMeasurement(suite: string): Measurement | undefined {
  return fs.existsSync(fileOf(suite))
    ? JSON.parse(fs.readFileSync(fileOf(suite), "utf8")) as Measurement
    : undefined;
}
