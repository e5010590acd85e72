/** The tables of the benches of queues and pipes. */

import { median } from "../lib/numbers.ts";
import type { PlacedRow } from "../lib/row.ts";
import { type Place, Rows } from "../lib/rows.ts";
import { failureLines } from "../lib/failures.ts";
import type { Failure } from "../lib/suite.ts";
import { figure, table } from "../lib/table.ts";
import { kinds } from "./sizes.ts";
import { wayNames } from "./ways.ts";

/** What is made of the samples of a row. */
type Summary = (samples: readonly number[]) => number;

const most: Summary = (samples) => samples.length === 0 ? NaN : Math.max(...samples);
const least: Summary = (samples) => samples.length === 0 ? NaN : Math.min(...samples);

const small = ["integer", "object"];
const pythonOf = (way: string): string => `python ${way.replace(" sync", "")}`;
const pythonWays = ["Queue", "SimpleQueue", "Pipe"].map(pythonOf);

/** A scenario's contenders beside each other. */
function comparison(rows: Rows, scenario: string): string {
  const others = ["raw", "multithreading", "copy", "copy to new"].filter((name) =>
    rows.places().some((place) => rows.samples(scenario, name, place).length > 0)
  );
  const pythons = pythonWays.filter((name) => rows.python(scenario, name).length > 0);
  const head = [...wayNames, ...others, ...pythons];
  const lines = rows.places().map((place) => [
    `${place.on} ${place.method}`,
    ...[...wayNames, ...others].map((name) => figure(median(rows.samples(scenario, name, place)))),
    ...pythons.map((name) => figure(median(rows.python(scenario, name)))),
  ]);
  return table([scenario, ...head], lines);
}

interface Target {
  readonly title: string;
  /** From where on it is reached. */
  wanted(place: Place): number;
  /** How many times as good as it is to be compared with. */
  ratio(rows: Rows, place: Place, best: boolean): number;
}

/** How many times as many messages a second as Python's. */
function againstPython(kind: string, way: string, wanted: Target["wanted"]): Target {
  const scenario = `${kind}, 1 to 1`;
  return {
    title: `${kind}, ${way} / Python's`,
    wanted,
    ratio: (rows, place, best) => {
      const summary = best ? most : median;
      const python = rows.python(scenario, pythonOf(way));
      return summary(rows.samples(scenario, way, place)) / summary(python);
    },
  };
}

/** The same, against something else on the same runtime. */
function against(kind: string, way: string, other: string, wanted: number): Target {
  const scenario = `${kind}, 1 to 1`;
  return {
    title: `${kind}, ${way} / ${other}`,
    wanted: () => wanted,
    ratio: (rows, place, best) => {
      const summary = best ? most : median;
      const [ours, theirs] = [way, other].map((name) =>
        summary(rows.samples(scenario, name, place))
      );
      return ours! / theirs!;
    },
  };
}

/** How many times as long Python's round trip takes. */
function trip(way: string): Target {
  return {
    title: `round trip, Python's / ${way}`,
    wanted: () => 1,
    ratio: (rows, place, best) => {
      const summary = best ? least : median;
      const python = rows.python("round trip", pythonOf(way));
      return summary(python) / summary(rows.samples("round trip", way, place));
    },
  };
}

const times = ({ on }: Place): number => on === "deno" ? 3 : 5;
const queues = ["Queue", "Queue sync"];
const targets: readonly Target[] = [
  ...small.flatMap((kind) => queues.map((way) => againstPython(kind, way, times))),
  ...small.flatMap((kind) => queues.map((way) => against(kind, way, "raw", 2))),
  ...queues.map((way) => againstPython("1 KB", way, () => 1)),
  ...queues.map((way) => againstPython("1 MB", way, () => 1)),
  ...["Queue", "Queue sync", "Pipe"].flatMap((way) =>
    ["copy", "copy to new"].map((copy) => against("1 MB", way, copy, 0.5))
  ),
  ...wayNames.map(trip),
];

function verdicts(rows: Rows, best: boolean): string {
  const places = rows.places();
  const lines = targets.map((target) => [
    target.title,
    ...places.map((place) => {
      const ratio = target.ratio(rows, place, best);
      if (!Number.isFinite(ratio)) return "-";
      const wanted = target.wanted(place);
      return `${figure(ratio)}${ratio >= wanted ? "" : ` NOT ${wanted}`}`;
    }),
  ]);
  return table(["", ...places.map(({ on, method }) => `${on} ${method}`)], lines);
}

/** All tables: what each did, and whether the targets are reached. */
export function report(placed: readonly PlacedRow[], failures: readonly Failure[]): string {
  const rows = new Rows(placed);
  return [
    "Messages a second: the median of the rounds",
    ...kinds.flatMap((kind) => [1, 2].map((n) => comparison(rows, `${kind}, ${n} to ${n}`))),
    "Microseconds of a round trip: the median of the rounds",
    comparison(rows, "round trip"),
    ...failureLines(failures),
    "Ratios against the targets: of the medians",
    verdicts(rows, false),
    "The same of the best rounds, which other programs on the machine have disturbed least",
    verdicts(rows, true),
  ].join("\n\n");
}
