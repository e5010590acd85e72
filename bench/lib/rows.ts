/** The rows of a suite, found by where and what they are. */

import type { Method, PlacedRow } from "./row.ts";

const methods: readonly Method[] = ["worker", "process"];

/** Where something was measured. */
export interface Place {
  readonly on: string;
  readonly method: Method;
}

const python: Place = { on: "python", method: "process" };

/** What was measured. */
export class Rows {
  readonly #rows: readonly PlacedRow[];

  constructor(rows: readonly PlacedRow[]) {
    this.#rows = rows;
  }

  /** The runtimes with both start methods, as they come. */
  places(): Place[] {
    const names = new Set(this.#rows.map(({ on }) => on).filter((on) => on !== "python"));
    return [...names].flatMap((on) => methods.map((method) => ({ on, method })));
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
}
