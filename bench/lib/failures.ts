/** What a report says of the programs that failed. */

import type { Failure } from "./suite.ts";

/** One paragraph with a line for each failure; no paragraph where there is none. */
export function failureLines(failures: readonly Failure[]): string[] {
  if (failures.length === 0) return [];
  const lines = failures.map(({ on, title, reason, measured }) => {
    const what = measured === 0 ? "does not run" : "did not get to its end";
    return `${on}: ${title} ${what}: ${reason}`;
  });
  return [lines.join("\n")];
}
