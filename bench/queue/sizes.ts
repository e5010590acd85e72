import { rounds } from "../lib/rounds.ts";

/** How much there is to do in each scenario. `queues.py` has the same numbers. */
export const sizes = {
  rounds: rounds(5) as number,
  /** Messages in a round: of each kind so many that a round takes some hundredths of a second. */
  messages: { integer: 20_000, object: 20_000, "1 KB": 10_000, "1 MB": 60 },
  /** Messages that go and come back in a round, and how many rounds there are. */
  trips: { count: 100, rounds: rounds(15) as number },
  /** Bytes of shared memory that are written and read in turns where memory alone is measured. */
  copied: 16_777_216,
} as const;

/** A kind of message. */
export type Kind = keyof typeof sizes.messages;

/** All kinds. */
export const kinds = Object.keys(sizes.messages) as Kind[];
