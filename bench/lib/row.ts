/** What a program of a bench measured: one line of JSON for each scenario. */

/** How the children of a competitor are made. */
export type Method = "worker" | "process";

/** One measurement, in as many rounds as there are samples. */
export interface Row {
  readonly scenario: string;
  readonly competitor: string;
  readonly method: Method;
  readonly unit: "tasks/s" | "pairs/s" | "messages/s" | "calls/s" | "us" | "ms" | "times";
  readonly samples: readonly number[];
  /** The competitor that the same program measured in turns with this one: round by round. */
  readonly beside?: string;
}

/** A row and where it was measured. */
export interface PlacedRow extends Row {
  /** A runtime, or "python". */
  readonly on: string;
}

/** Prints a row for `scripts/bench.ts` to collect. */
export function printRow(row: Row): void {
  const samples = row.samples.map((sample) => Number(sample.toPrecision(5)));
  console.log(JSON.stringify({ ...row, samples }));
}

/** The row of a line; `undefined` for anything else that a program says. */
export function readRow(line: string): Row | undefined {
  // One that was killed may have been in the middle of a line.
  return /^\{"scenario": ?".*\}$/.test(line) ? JSON.parse(line) as Row : undefined;
}

/** A competitor gave a wrong result: nothing that it measured counts. */
export class WrongResult extends Error {
  override name = "WrongResult";
}

/** Checks a result. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  throw new WrongResult(`${what} gave ${String(actual)} and not ${String(expected)}`);
}
