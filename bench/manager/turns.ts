/** What is measured, turn by turn. */

import { sizes } from "./sizes.ts";

/** What clients do in a turn, each of them. */
export interface Turn {
  readonly work: "get" | "set";
  readonly clients: 1 | 2;
  readonly pace: keyof typeof sizes.calls;
}

/** The turns of so many clients at the most. */
export function turnsOf(most: 1 | 2): Turn[] {
  return ([1, 2] as const).filter((clients) => clients <= most).flatMap((clients) =>
    (["get", "set"] as const).flatMap((work) =>
      (["one", "many"] as const).map((pace) => ({ work, clients, pace }))
    )
  );
}

/** The names of paces in rows. */
export const paceNames = { one: "one by one", many: "1,000 under way" } as const;

/** The name of a scenario in rows. */
export const scenarioOf = (work: Turn["work"], clients: 1 | 2 | "remote"): string =>
  `${work}, ${clients === "remote" ? clients : clients === 1 ? "1 client" : "2 clients"}`;

/** Calls a second, where that many clients took that many milliseconds. */
export const rateOf = ({ clients, pace }: Turn, time: number): number =>
  1000 * clients * sizes.calls[pace] / time;
