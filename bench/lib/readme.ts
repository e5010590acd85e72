/** The short table of the README: the numbers that say most, with each runtime's default. */

import { type Comparison, peerNames } from "./comparison.ts";
import { short, unitNames } from "./figures.ts";
import { markdownTable } from "./markdown.ts";
import { median } from "./numbers.ts";
import { defaultMethod, nameOf } from "./place_names.ts";
import type { MeasuredArea } from "./results.ts";
import { Rows } from "./rows.ts";

const marks = { begin: "<!-- bench -->", end: "<!-- /bench -->" };

/** The fastest of npm's packages, wherever that was. */
function bestPeer(rows: Rows, { scenario }: Comparison): string {
  const best = rows.best(scenario, peerNames);
  if (best === undefined) return "–";
  return `${short(median(best.samples))} (${best.competitor}, ${nameOf(best.on)})`;
}

function line(rows: Rows, runtimes: readonly string[], comparison: Comparison): string[] {
  const { readme, scenario, ours, unit, baseline } = comparison;
  const hasPython = "python" in baseline && baseline.isAnother === undefined;
  return [
    `${readme} (${unitNames[unit]})`,
    ...runtimes.map((on) =>
      short(median(rows.samples(scenario, ours, { on, method: defaultMethod(on) })))
    ),
    hasPython ? short(median(rows.python(scenario, baseline.python))) : "–",
    bestPeer(rows, comparison),
  ];
}

/** What the numbers are, and of which machine. */
function caption([first]: readonly MeasuredArea[]): string {
  if (first === undefined) return "Nothing was measured yet.";
  const { model, cores } = first.measurement.setting;
  return `What is done in a second on ${cores} cores (${model}), with each runtime's default start ` +
    "method; [all results](bench/RESULTS.md), with what they do not say:";
}

/** The table, and a sentence before it. */
export function readmeBlock(areas: readonly MeasuredArea[]): string {
  const measured = areas.map(({ area, measurement }) => ({
    comparisons: area.comparisons.filter(({ readme }) => readme !== undefined),
    rows: new Rows(measurement.rows),
  }));
  const runtimes = [...new Set(measured.flatMap(({ rows }) => rows.runtimes()))];
  const lines = measured.flatMap(({ rows, comparisons }) =>
    comparisons.map((comparison) => line(rows, runtimes, comparison))
  );
  const head = ["", ...runtimes.map(nameOf), "Python", "best peer"];
  return `${caption(areas)}\n\n${markdownTable(head, lines)}`;
}

/** The README with its block filled; `undefined` where it has none. */
export function withBlock(readme: string, block: string): string | undefined {
  const [begin, end] = [readme.indexOf(marks.begin), readme.indexOf(marks.end)];
  if (begin === -1 || end < begin) return undefined;
  return `${readme.slice(0, begin + marks.begin.length)}\n\n${block.trim()}\n\n${
    readme.slice(end)
  }`;
}
