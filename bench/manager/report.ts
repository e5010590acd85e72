/** The tables of the benches of managers. */

import { ratioOf } from "../lib/comparison.ts";
import { median } from "../lib/numbers.ts";
import type { PlacedRow } from "../lib/row.ts";
import { Rows } from "../lib/rows.ts";
import { failureLines } from "../lib/failures.ts";
import type { Failure } from "../lib/suite.ts";
import { figure, table } from "../lib/table.ts";
import { area } from "./area.ts";
import { paceNames, scenarioOf } from "./turns.ts";

const scenarios = ([1, 2, "remote"] as const).flatMap((clients) =>
  (["get", "set"] as const).map((work) => scenarioOf(work, clients))
);

/** Calls a second that are wanted one after another, by one client. */
const leastCalls = 29_000;
/** How many times as many as Python's are wanted, one after another and with many under way. */
const wanted: Readonly<Record<string, number>> = { [paceNames.one]: 1, [paceNames.many]: 10 };

function rates(rows: Rows, pace: string): string {
  const lines = [
    ...rows.places().map((place) => [
      `${place.on} ${place.method}`,
      ...scenarios.map((scenario) => figure(median(rows.samples(scenario, pace, place)))),
    ]),
    ["python", ...scenarios.map((scenario) => figure(median(rows.python(scenario))))],
  ];
  return table([pace, ...scenarios], pace === paceNames.one ? lines : lines.slice(0, -1));
}

function verdict(value: number, least: number): string {
  if (!Number.isFinite(value)) return "-";
  return `${figure(value)}${value >= least ? "" : ` NOT ${least}`}`;
}

function verdicts(rows: Rows): string {
  const places = rows.places();
  const absolute = (["get", "set"] as const).map((work) => [
    `${work}, 1 client, calls/s`,
    ...places.map((place) =>
      verdict(median(rows.samples(scenarioOf(work, 1), paceNames.one, place)), leastCalls)
    ),
  ]);
  const relative = area.comparisons.map((comparison) => [
    `${comparison.scenario}, ${comparison.ours} / Python's`,
    ...places.map((place) => verdict(ratioOf(rows, comparison, place), wanted[comparison.ours]!)),
  ]);
  return table(["", ...places.map(({ on, method }) => `${on} ${method}`)], [
    ...absolute,
    ...relative,
  ]);
}

/** All tables: what each did, and whether the targets are reached. */
export function report(placed: readonly PlacedRow[], failures: readonly Failure[]): string {
  const rows = new Rows(placed);
  return [
    "Calls a second: the median of the rounds",
    ...Object.values(paceNames).map((pace) => rates(rows, pace)),
    ...failureLines(failures),
    "Against the targets: medians",
    verdicts(rows),
  ].join("\n\n");
}
