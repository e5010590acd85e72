/**
 * Makes, sends, uses and drops handles for long on each runtime, with kills, and draws what was
 * used meanwhile: `docs/soak-handles.svg`. Fails if memory or descriptors grow in the second half.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programEnvironment } from "./lib/runtimes.ts";
import { lineChart, type Series } from "./lib/line_chart.ts";
import { root, runtimeNames } from "./toolchain.mjs";

const { values: options } = parseArgs({
  options: {
    runtime: { type: "string", default: runtimeNames.join(",") },
    handles: { type: "string", default: "10000000" },
    seconds: { type: "string", default: "14400" },
    seed: { type: "string", default: "1" },
  },
});

/** What is seen from time to time. */
interface Sample {
  readonly seconds: number;
  readonly handles: number;
  readonly threadsMemory: number;
  readonly processesMemory: number;
  readonly resident: number;
  readonly descriptors: number;
}

/** How much more there may be at the end than in the middle. */
const mostGrowth = 1.2;
const kinds = ["threadsMemory", "processesMemory", "resident", "descriptors"] as const;
const units = ["MB shared by threads", "MB shared by processes", "MB resident", "descriptors"];

async function soak(name: string, command: string): Promise<Sample[]> {
  const flags = name === "deno" ? ["run", "-A"] : [];
  const program = path.join(root, "tests/stress/programs/handles.ts");
  const { handles, seconds, seed } = options;
  const { stdout, output, code } = await runCommand(
    command,
    [...flags, program, handles!, seconds!, seed!],
    { cwd: root, timeout: 1000 * (Number(seconds) + 600), env: programEnvironment() },
  );
  if (code !== 0) {
    throw new Error(`The soak on ${name} ended with ${code}:\n${output.slice(-3000)}`);
  }
  return stdout.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    JSON.parse(line) as Sample
  );
}

/** The greatest value in a part of the samples. */
const greatest = (samples: readonly Sample[], kind: keyof Sample, from: number, to: number) =>
  Math.max(
    ...samples.slice(samples.length * from, samples.length * to).map((sample) => sample[kind]),
  );

const charts: Record<(typeof kinds)[number], Series[]> = {
  threadsMemory: [],
  processesMemory: [],
  resident: [],
  descriptors: [],
};
for (const runtime of chosenRuntimes(options.runtime!)) {
  if (runtime.path === "") continue;
  const samples = await soak(runtime.name, runtime.path);
  const last = samples.at(-1)!;
  const label = `${runtime.name} ${runtime.version}`;
  console.log(`${label}: ${last.handles} handles in ${Math.round(last.seconds)} s`);
  for (const kind of kinds) {
    const [before, after] = [greatest(samples, kind, 0.4, 0.7), greatest(samples, kind, 0.7, 1)];
    console.log(`  ${kind}: ${before.toFixed(1)}, then ${after.toFixed(1)}`);
    if (after > before * mostGrowth) {
      process.exitCode = 1;
      console.log(`  FAILED: it grows`);
    }
    const points = samples.map((sample) => [sample.handles / 1e6, sample[kind]] as const);
    charts[kind].push({ label: `${label}, ${(last.handles / 1e6).toFixed(2)} million`, points });
  }
}
const svg = lineChart(kinds.map((kind, i) => ({ title: units[i]!, series: charts[kind] })), {
  horizontal: "million handles made, sent, used and dropped",
});
fs.writeFileSync(path.join(root, "docs/soak-handles.svg"), svg);
