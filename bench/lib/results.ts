/** The results of all suites, as people read them: `bench/RESULTS.md`. */

import {
  type Area,
  baselineOf,
  type Comparison,
  oursOf,
  peerNames,
  ratioOf,
} from "./comparison.ts";
import { inBoth, short, unitNames } from "./figures.ts";
import { markdownTable } from "./markdown.ts";
import type { Measurement, Setting } from "./measurement.ts";
import { median } from "./numbers.ts";
import { nameOf } from "./place_names.ts";
import { Rows } from "./rows.ts";

/** A suite that was measured. */
export interface MeasuredArea {
  /** The name of its folder. */
  readonly suite: string;
  readonly area: Area;
  readonly measurement: Measurement;
}

/** What is ours, divided by what it is compared with. */
function ratios(rows: Rows, comparisons: readonly Comparison[]): string {
  const runtimes = rows.runtimes();
  const lines = comparisons.map((comparison) => [
    comparison.title,
    comparison.baseline.name,
    ...runtimes.map((on) => inBoth((method) => ratioOf(rows, comparison, { on, method }))),
  ]);
  return markdownTable(["what", "divided by", ...runtimes.map(nameOf)], lines, 2);
}

/** What Python did in the scenario of a comparison. */
function pythonOf(rows: Rows, comparisons: readonly Comparison[]): string {
  const found = comparisons.map((comparison) => comparison.baseline)
    .find((baseline) => "python" in baseline && baseline.isAnother === undefined);
  if (found === undefined || !("python" in found)) return "–";
  return short(median(rows.python(comparisons[0]!.scenario, found.python)));
}

/** Which of the peers was the best on each runtime. */
function peersOf(rows: Rows, { scenario, baseline }: Comparison): string[] {
  return rows.runtimes().map((on) => {
    const best = rows.best(scenario, peerNames, on);
    if (best === undefined) return "–";
    const name = best.competitor === baseline.name ? "" : ` (${best.competitor})`;
    return `${short(median(best.samples))}${name}`;
  });
}

/** The numbers themselves: what is ours, and below it what was measured on the same runtime. */
function numbers(rows: Rows, all: readonly Comparison[]): string {
  const runtimes = rows.runtimes();
  const groups = Map.groupBy(all, ({ scenario, ours }) => `${scenario}\n${ours}`);
  const shown = new Set<string>();
  const lines = [...groups.values()].flatMap((comparisons) => {
    const [first] = comparisons as [Comparison];
    const title = `${first.title} (${unitNames[first.unit]})`;
    const ours = [
      title,
      "",
      ...runtimes.map((on) => inBoth((method) => median(oursOf(rows, first, { on, method })))),
      pythonOf(rows, comparisons),
    ];
    const others = comparisons.flatMap((comparison) => {
      const { baseline, scenario } = comparison;
      // Several of ours may be compared with the same.
      const key = `${scenario}\n${baseline.name}`;
      if ("python" in baseline || shown.has(key)) return [];
      shown.add(key);
      const cells = "isPeer" in baseline
        ? peersOf(rows, comparison)
        : runtimes.map((on) =>
          inBoth((method) => median(baselineOf(rows, comparison, { on, method })))
        );
      return [[title, baseline.name, ...cells, ""]];
    });
    return [ours, ...others];
  });
  return markdownTable(["what", "not ours", ...runtimes.map(nameOf), "Python"], lines, 2);
}

function failuresOf({ failures }: Measurement): string[] {
  return failures.map(({ on, title, reason, measured }) => {
    const what = measured === 0 ? "does not run" : "did not get to its end";
    return `- ${nameOf(on)}: ${title} ${what}: \`${reason.replaceAll("`", "'")}\``;
  });
}

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");

function section({ suite, area, measurement }: MeasuredArea): string {
  const { begun, loads: [before, after], isQuick } = measurement;
  const rows = new Rows(measurement.rows);
  const failures = failuresOf(measurement);
  return [
    `## ${area.title}`,
    area.about,
    `Measured ${minute(begun)} UTC, load ${before} at the beginning and ${after} at the end${
      isQuick ? ", with half of the rounds" : ""
    }.`,
    `![${area.title}: how many times as fast as the baseline](charts/${suite}.svg)`,
    ratios(rows, area.comparisons),
    "The medians behind these ratios:",
    numbers(rows, area.comparisons),
    ...(failures.length === 0 ? [] : ["What did not run:", failures.join("\n")]),
    "What to know of them:",
    area.limits.map((limit) => `- ${limit}`).join("\n"),
  ].join("\n\n");
}

/** The machine and the versions: one line each where the suites have the same. */
function settings(areas: readonly MeasuredArea[]): string {
  const groups = Map.groupBy(areas, ({ measurement }) => JSON.stringify(measurement.setting));
  return [...groups].map(([key, members]) => {
    const { model, cores, system, memory, versions } = JSON.parse(key) as Setting;
    const of = groups.size === 1 ? "" : ` (${members.map(({ area }) => area.title).join(", ")})`;
    const all = Object.entries(versions).map(([name, version]) =>
      `${nameOf(name).replace(/ \d+$/, "")} ${version}`
    );
    return [
      `- Machine${of}: ${model}, ${cores} cores, ${memory} GiB, ${system}.`,
      `- Versions${of}: ${all.join(", ")}.`,
    ].join("\n");
  }).join("\n");
}

/** The whole document. */
export function results(areas: readonly MeasuredArea[]): string {
  return [
    "# Results of the benches",
    "Written by `deno task bench`: change nothing here. What is measured, and how, says " +
    "[README.md](README.md); the samples are in `results/`.",
    settings(areas),
    "A ratio says **how many times as fast** as the baseline ours is, for times as well: more than " +
    "1 is faster. Each cell has two numbers: with **workers · with processes**. Medians of rounds; " +
    "where the same program measured both in turns (bare messages, bare children, one core, plain " +
    "memory), the median of the rounds' ratios.",
    ...areas.map(section),
    "## What these numbers do not say",
    "- They are of one machine, a small one: two cores are shared by the program, its children and " +
    "whatever else runs. With more cores more workers help; the cost of a message stays.\n" +
    "- The load at the beginning of each area is that of whatever ran before. Ratios within an area " +
    "suffer less from it than numbers do, those that were measured in turns least.\n" +
    "- What crosses from a core to another that sleeps costs tens of microseconds by itself, and how " +
    "often that happens is the system's choice. Results of one call after another have two modes; a " +
    "median shows the one that was more frequent.\n" +
    "- Python's children are made by `fork`, which is the fastest that it has; its start-up is not " +
    "compared.\n" +
    "- Tasks that do next to nothing show what a pool costs. The longer a task takes, the less it " +
    "matters which pool runs it.",
  ].join("\n\n");
}
