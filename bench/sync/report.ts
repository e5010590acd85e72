/** The tables of the benches of locks and shared values. */

import { median, pairedRatio } from "../lib/numbers.ts";
import type { PlacedRow } from "../lib/row.ts";
import { type Place, Rows } from "../lib/rows.ts";
import { failureLines } from "../lib/failures.ts";
import type { Failure } from "../lib/suite.ts";
import { figure, table } from "../lib/table.ts";

/** Makes a cell of samples. */
type Cell = (samples: readonly number[]) => string;

const millions: Cell = (samples) => figure(median(samples) / 1e6);
const plain: Cell = (samples) => figure(median(samples));

/** A scenario's contenders beside each other. The first column says where. */
function comparison(
  rows: Rows,
  { scenario, columns, python, cell }: {
    scenario: string;
    columns: readonly string[];
    python: readonly string[];
    cell: Cell;
  },
): string {
  const lines = rows.places().map((place) => [
    `${place.on} ${place.method}`,
    ...columns.map((name) => cell(rows.samples(scenario, name, place))),
    ...python.map(() => cell(rows.python(scenario))),
  ]);
  return table([scenario, ...columns, ...python], lines);
}

const ways = ["tryAcquire", "acquireSync", "holdSync", "await acquire", "await hold", "bare"];
const waits = ["event.wait", "event.waitSync"];
const barriers = ["barrier.wait", "barrier.waitSync"];

const rates = [
  { scenario: "lock", columns: ways },
  { scenario: "semaphore", columns: ways },
  { scenario: "value", columns: ["acquireSync", "holdSync", "await hold", "bare"] },
  { scenario: "contended lock", columns: ["acquireSync", "await acquire", "bare"] },
  { scenario: "contended semaphore", columns: ["acquireSync"] },
  { scenario: "contended value", columns: ["acquireSync", "holdSync", "bare"] },
].map((scenario) => ({ ...scenario, python: ["python"], cell: millions }));

const times = [
  { scenario: "wake", columns: [...waits, "bare", "bare waitAsync"], python: ["python"] },
  { scenario: "barrier", columns: [...barriers, "bare"], python: ["python"] },
  { scenario: "wake sibling", columns: [...waits, "bare"], python: [] },
  { scenario: "wake after long", columns: [...waits, "bare"], python: ["python"] },
].map((scenario) => ({ ...scenario, cell: plain }));

interface Target {
  readonly title: string;
  readonly wanted: string;
  isReached(ratio: number): boolean;
  ratio(rows: Rows, place: Place): number;
}

/** How many times as fast as Python's something is to be. */
function againstPython(scenario: string, competitor: string, least: number): Target {
  return {
    title: `${scenario}, ${competitor} / Python`,
    wanted: `>= ${least}`,
    isReached: (ratio) => ratio >= least,
    ratio: (rows, place) =>
      median(rows.samples(scenario, competitor, place)) / median(rows.python(scenario)),
  };
}

/** How many times as long as the bare way something may take that was measured in turns with it. */
function againstBare(scenario: string, competitor: string, bare = "bare"): Target {
  return {
    title: `${scenario}, ${competitor} / ${bare}`,
    wanted: "<= 1.5",
    isReached: (ratio) => ratio <= 1.5,
    ratio: (rows, place) =>
      pairedRatio(rows.samples(scenario, competitor, place), rows.samples(scenario, bare, place)),
  };
}

const targets: readonly Target[] = [
  againstPython("lock", "tryAcquire", 1),
  againstPython("semaphore", "tryAcquire", 1),
  againstPython("value", "acquireSync", 5),
  againstPython("contended value", "acquireSync", 3),
  ...waits.map((competitor) => againstBare("wake", competitor)),
  againstBare("wake", "event.wait", "bare waitAsync"),
  ...waits.map((competitor) => againstBare("wake after long", competitor)),
  ...barriers.map((competitor) => againstBare("barrier", competitor)),
  ...waits.map((competitor) => againstBare("wake sibling", competitor)),
  {
    title: "copy, Python / SharedArray",
    wanted: ">= 1",
    isReached: (ratio) => ratio >= 1,
    ratio: (rows, place) =>
      median(rows.python("copy")) / median(rows.samples("copy", "SharedArray", place)),
  },
];

function verdicts(rows: Rows): string {
  const places = rows.places();
  const lines = targets.map((target) => [
    `${target.title} ${target.wanted}`,
    ...places.map((place) => {
      const ratio = target.ratio(rows, place);
      return Number.isFinite(ratio)
        ? `${figure(ratio)}${target.isReached(ratio) ? "" : " NOT"}`
        : "-";
    }),
  ]);
  return table(["", ...places.map(({ on, method }) => `${on} ${method}`)], lines);
}

/** All tables: what each did, and whether the targets are reached. */
export function report(placed: readonly PlacedRow[], failures: readonly Failure[]): string {
  const rows = new Rows(placed);
  return [
    "Millions of pairs a second: the median of the rounds",
    ...rates.map((scenario) => comparison(rows, scenario)),
    "Microseconds of a wake-up: the median of the rounds",
    ...times.map((scenario) => comparison(rows, scenario)),
    "Milliseconds for 64 MiB into shared memory and out of it",
    comparison(rows, {
      scenario: "copy",
      columns: ["SharedArray", "SharedMemory", "bare"],
      python: ["python"],
      cell: plain,
    }),
    ...failureLines(failures),
    "Ratios against the targets: medians, of rounds in turns where there is one program",
    verdicts(rows),
  ].join("\n\n");
}
