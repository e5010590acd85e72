/** What of ours is divided by what. */

import { median, pairedRatio } from "./numbers.ts";
import { peers } from "./peers.ts";
import type { PlacedRow } from "./row.ts";
import type { Place, Rows } from "./rows.ts";

/** What something is divided by. */
export type Baseline =
  /** What Python measured in the same scenario, under that name. */
  | {
    readonly name: string;
    readonly python: string;
    /** It is not the same thing: Python cannot do that. */
    readonly isAnother?: true;
  }
  /** What the same program measured in turns with it. */
  | { readonly name: string; readonly beside: string }
  /** The fastest of npm's packages on the same runtime, whatever its workers are. */
  | { readonly name: string; readonly isPeer: true };

/** One line of the results. */
export interface Comparison {
  /** What is done, in Markdown. */
  readonly title: string;
  readonly scenario: string;
  /** The competitor that is ours. */
  readonly ours: string;
  readonly unit: PlacedRow["unit"];
  readonly baseline: Baseline;
  /** It has bars in the chart of its area. */
  readonly isInChart?: true;
  /** What it is called in the README, which shows few of them. */
  readonly readme?: string;
}

/** What an area of the library is compared in. */
export interface Area {
  readonly title: string;
  /** What is done, in a sentence or two of Markdown. */
  readonly about: string;
  readonly comparisons: readonly Comparison[];
  /** What the numbers do not say: a sentence of Markdown each. */
  readonly limits: readonly string[];
}

/** Microseconds and milliseconds: the fewer, the better. */
const isTime = (unit: Comparison["unit"]): boolean => unit === "us" || unit === "ms";

/** The names of what has to be installed. */
export const peerNames: readonly string[] = Object.keys(peers);

/** What was measured of ours. */
export function oursOf(
  rows: Rows,
  { scenario, ours }: Comparison,
  place: Place,
): readonly number[] {
  return rows.samples(scenario, ours, place);
}

/** What was measured of the baseline. */
export function baselineOf(
  rows: Rows,
  { scenario, baseline }: Comparison,
  place: Place,
): readonly number[] {
  if ("python" in baseline) return rows.python(scenario, baseline.python);
  if ("beside" in baseline) return rows.samples(scenario, baseline.beside, place);
  return rows.best(scenario, peerNames, place.on)?.samples ?? [];
}

/** How many times as fast as the baseline ours is; `NaN` where one of them was not measured. */
export function ratioOf(rows: Rows, comparison: Comparison, place: Place): number {
  const [ours, baseline] = [oursOf(rows, comparison, place), baselineOf(rows, comparison, place)];
  const [above, below] = isTime(comparison.unit) ? [baseline, ours] : [ours, baseline];
  return "beside" in comparison.baseline && above.length === below.length
    ? pairedRatio(above, below)
    : median(above) / median(below);
}
