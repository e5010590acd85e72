import { rounds } from "../lib/rounds.ts";

/** How much there is to do in each scenario. `dicts.py` has the same numbers. */
export const sizes = {
  rounds: rounds(9) as number,
  /** The keys of each client. */
  keys: 1000,
  /**
   * Calls of each client in a round, one after another, and many under way: for each key as many.
   */
  calls: { one: 1000, many: 20_000 },
  /** How many are many. */
  underWay: 1000,
} as const;
