/** The rows of a suite, found by where and what they are. */

import { median } from "./numbers.ts";
import type { Method, PlacedRow } from "./row.ts";

const methods: readonly Method[] = ["worker", "process"];

/** Where something was measured. */
export interface Place {
  readonly on: string;
  readonly method: Method;
}

const python: Place = { on: "python", method: "process" };

/** Makes one row of those that measured the same in several programs. */
export function joined(rows: readonly PlacedRow[]): PlacedRow[] {
  const groups = Map.groupBy(
    rows,
    ({ on, scenario, competitor, method }) => [on, scenario, competitor, method].join(),
  );
  return [...groups.values()].map((group) => ({
    ...group[0]!,
    samples: group.flatMap(({ samples }) => samples),
  }));
}

/** What was measured. */
export class Rows {
  readonly #rows: readonly PlacedRow[];

  constructor(rows: readonly PlacedRow[]) {
    this.#rows = joined(rows);
  }

  /** The runtimes, as they come. */
  runtimes(): string[] {
    return [...new Set(this.#rows.map(({ on }) => on))].filter((on) => on !== "python");
  }

  /** The runtimes with both start methods. */
  places(): Place[] {
    return this.runtimes().flatMap((on) => methods.map((method) => ({ on, method })));
  }

  samples(scenario: string, competitor: string, { on, method }: Place): readonly number[] {
    return this.#rows.find((row) =>
      row.scenario === scenario && row.competitor === competitor && row.on === on &&
      row.method === method
    )?.samples ?? [];
  }

  python(scenario: string, competitor: string = "python"): readonly number[] {
    return this.samples(scenario, competitor, python);
  }

  /** The row with the highest rate of those that some have, on one runtime or on any. */
  best(scenario: string, competitors: readonly string[], on?: string): PlacedRow | undefined {
    return this.#rows.filter((row) =>
      row.scenario === scenario && competitors.includes(row.competitor) &&
      (on === undefined || row.on === on)
    ).toSorted((a, b) => median(b.samples) - median(a.samples))[0];
  }
}
