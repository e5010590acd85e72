import { rounds } from "../lib/rounds.ts";

/** How much there is to do in each scenario. `sync.py` has the same numbers. */
export const sizes = {
  rounds: rounds(9) as number,
  /** Pairs of acquire and release in a round, where nobody waits. */
  pairs: 500_000,
  /** The same, each awaited. */
  awaitedPairs: 100_000,
  /**
   * Milliseconds that two children contend in a round, and how many pairs pass between two looks at
   * the clock.
   */
  contention: { time: 80, stride: 100 },
  /**
   * For how many milliseconds a ball is held so that the other side sleeps, and how many its
   * thrower goes on with something else; how often it goes and comes in a round, and how many
   * rounds there are.
   */
  balls: { rest: 0.5, after: 0.1, count: 20, rounds: rounds(15) as number },
  /** The same for a sleep that is long. */
  longBalls: { rest: 20, after: 0.1, count: 3, rounds: rounds(7) as number },
  /** Bytes that are copied in and out. */
  copied: 67_108_864,
} as const;
