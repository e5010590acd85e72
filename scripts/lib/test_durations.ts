/**
 * How long each test file takes on each runtime. A run records it in `node_modules/.cache/`. A
 * fresh clone has no such record, so `scripts/test_durations.json` has typical durations.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { root } from "../toolchain.mjs";

/** Seconds by file and runtime. */
export type Durations = Record<string, Record<string, number>>;

const typical = path.join(root, "scripts", "test_durations.json");
const measured = path.join(root, "node_modules", ".cache", "test_durations.json");

/** The durations of the last runs here, and the typical ones of files that did not run here. */
export function readDurations(): Durations {
  return merged(read(typical), read(measured));
}

/** Records what was measured. Another run may write at the same time: the last one wins. */
export function recordDurations(durations: Durations): void {
  fs.mkdirSync(path.dirname(measured), { recursive: true });
  write(measured, merged(read(measured), durations));
}

/** Makes what was measured here the typical durations of those files that are still there. */
export function keepDurations(files: readonly string[]): void {
  const all = readDurations();
  const there = files.filter((file) => all[file] !== undefined);
  write(typical, Object.fromEntries(there.map((file) => [file, all[file]!])));
}

/** Both, where the second has the last word on a file and a runtime. */
export function merged(first: Durations, second: Durations): Durations {
  const files = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return Object.fromEntries(files.map((file) => [file, { ...first[file], ...second[file] }]));
}

function read(file: string): Durations {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

/** Writes one line for each file. A reader never sees half of it. */
function write(file: string, durations: Durations): void {
  const lines = Object.entries(durations).map(([name, seconds]) => {
    const rounded = Object.entries(seconds).map(([key, value]) => `"${key}": ${round(value)}`);
    return `  ${JSON.stringify(name)}: { ${rounded.join(", ")} }`;
  });
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, `{\n${lines.join(",\n")}\n}\n`);
  fs.renameSync(temporary, file);
}

const round = (seconds: number): number => Math.round(10 * seconds) / 10;
