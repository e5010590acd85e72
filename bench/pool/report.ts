/** The tables of the pool's benches. */

import { median, pairedRatio } from "../lib/numbers.ts";
import type { Method, PlacedRow } from "../lib/row.ts";
import { joined } from "../lib/rows.ts";
import { failureLines } from "../lib/failures.ts";
import type { Failure } from "../lib/suite.ts";
import { figure, table } from "../lib/table.ts";
import { sizes } from "./sizes.ts";

const own = ["nproc", "raw", "python"];

/** The rows that fit. */
type Fit = Partial<Pick<PlacedRow, "scenario" | "competitor" | "method" | "on">>;

class Rows {
  readonly #rows: readonly PlacedRow[];

  constructor(rows: readonly PlacedRow[]) {
    this.#rows = joined(rows);
  }

  all(fit: Fit): PlacedRow[] {
    const wanted = Object.entries(fit) as [keyof Fit, string][];
    return this.#rows.filter((row) => wanted.every(([key, value]) => row[key] === value));
  }

  one(fit: Fit): PlacedRow | undefined {
    return this.all(fit)[0];
  }

  /** The runtimes, as they come. */
  places(): string[] {
    return [...new Set(this.#rows.map((row) => row.on))].filter((on) => on !== "python");
  }

  /** The row of the peer that is the fastest there. */
  bestPeer(scenario: string, on: string): PlacedRow | undefined {
    return this.all({ scenario, on })
      .filter(({ competitor }) => !own.includes(competitor))
      .toSorted((a, b) => median(b.samples) - median(a.samples))[0];
  }
}

/** The middle of the rounds, and the best of them. */
function rate(row: PlacedRow | undefined): string {
  if (row === undefined) return "-";
  return `${figure(median(row.samples))} (${figure(Math.max(...row.samples))})`;
}

const columns: Readonly<Record<string, string>> = {
  one: "one by one",
  all: "at once",
  batches: `in ${sizes.batch}s`,
  map: "map",
  ...Object.fromEntries(sizes.chunks.map((size) => [`stream${size}`, `imapUnordered ${size}`])),
};

function rates(rows: Rows, on: string): string {
  const found = new Map<string, { competitor: string; method: Method }>();
  for (const scenario of Object.keys(columns)) {
    for (const { competitor, method } of rows.all({ on, scenario })) {
      found.set(`${competitor} ${method}`, { competitor, method });
    }
  }
  const lines = [...found].map(([name, { competitor, method }]) => [
    name,
    ...Object.keys(columns).map((scenario) => rate(rows.one({ on, scenario, competitor, method }))),
  ]);
  return table([on, ...Object.values(columns)], lines);
}

/** Start-up and primes, in milliseconds. */
function times(rows: Rows): string {
  const lines = rows.places().flatMap((on) =>
    (["worker", "process"] as const).map((method) => {
      const time = (scenario: string, competitor: string): string =>
        figure(median(rows.one({ on, method, scenario, competitor })?.samples ?? []));
      return [
        `${on} ${method}`,
        ...["nproc", "bare", "two bare", "empty"].map((name) => time("startup", name)),
        ...["nproc", "one core"].map((name) => time("primes", name)),
      ];
    })
  );
  const startUp = ["Pool(2)", "bare child", "two bare", "empty child"];
  return table(["ms", ...startUp, "primes: Pool(2)", "one core"], lines);
}

interface Target {
  readonly title: string;
  readonly wanted: string;
  isReached(ratio: number): boolean;
  ratio(rows: Rows, on: string, method: Method): number;
}

const samplesOf = (row: PlacedRow | undefined): readonly number[] => row?.samples ?? [];

/** How a row compares with the one that was measured in turns with it. */
function beside(
  rows: Rows,
  fit: { scenario: string; on: string; method: Method },
  [above, below]: readonly [string, string],
): number {
  return pairedRatio(
    samplesOf(rows.one({ ...fit, competitor: above })),
    samplesOf(rows.one({ ...fit, competitor: below })),
  );
}

const targets: readonly Target[] = [
  {
    title: "raw / one by one",
    wanted: "<= 1.3",
    isReached: (ratio) => ratio <= 1.3,
    ratio: (rows, on, method) => beside(rows, { scenario: "one", on, method }, ["raw", "nproc"]),
  },
  {
    title: "at once / best peer",
    wanted: ">= 5",
    isReached: (ratio) => ratio >= 5,
    ratio: (rows, on, method) =>
      median(samplesOf(rows.one({ scenario: "all", competitor: "nproc", on, method }))) /
      median(samplesOf(rows.bestPeer("all", on))),
  },
  {
    title: "map / Python",
    wanted: "> 1",
    isReached: (ratio) => ratio > 1,
    ratio: (rows, on, method) =>
      median(samplesOf(rows.one({ scenario: "map", competitor: "nproc", on, method }))) /
      median(samplesOf(rows.one({ scenario: "map", competitor: "python" }))),
  },
  {
    title: "start-up / bare child",
    wanted: "<= 1.3",
    isReached: (ratio) => ratio <= 1.3,
    ratio: (rows, on, method) =>
      beside(rows, { scenario: "startup", on, method }, ["nproc", "bare"]),
  },
  {
    title: "speed-up of primes",
    wanted: ">= 1.8",
    isReached: (ratio) => ratio >= 1.8,
    ratio: (rows, on, method) =>
      beside(rows, { scenario: "primes", on, method }, ["one core", "nproc"]),
  },
];

function verdicts(rows: Rows): string {
  const lines = rows.places().flatMap((on) =>
    (["worker", "process"] as const).map((method) => [
      `${on} ${method}`,
      ...targets.map((target) => {
        const ratio = target.ratio(rows, on, method);
        if (!Number.isFinite(ratio)) return "-";
        return `${ratio.toFixed(2)} ${target.isReached(ratio) ? "reached" : "NOT"}`;
      }),
    ])
  );
  return table(["", ...targets.map(({ title, wanted }) => `${title} ${wanted}`)], lines);
}

/** All tables: what each did, the times, and whether the targets are reached. */
export function report(placed: readonly PlacedRow[], failures: readonly Failure[]): string {
  const rows = new Rows(placed);
  const peers = rows.places().flatMap((on) => {
    const peer = rows.bestPeer("all", on);
    return peer === undefined ? [] : [`${on}: ${peer.competitor} (${peer.method})`];
  });
  return [
    "Tasks a second: the median of the rounds, and the best of them",
    ...["python", ...rows.places()].map((on) => rates(rows, on)),
    times(rows),
    ...failureLines(failures),
    `The best peer at once: ${peers.join(", ") || "none ran"}`,
    "Ratios against the targets: medians, of rounds in turns where there is one program",
    verdicts(rows),
  ].join("\n\n");
}
