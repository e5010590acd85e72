/** How much there is to do in each scenario. `pool.py` has the same numbers. */
export const sizes = {
  /** Tasks that are handed over at once. */
  all: 30_000,
  /** Numbers in one message of `batches`. */
  batch: 64,
  map: 400_000,
  /** As many are enough to know the rate of a map that makes a task of each number. */
  slowMap: 10_000,
  stream: 20_000,
  /** The sizes of chunks that a stream is tried with. */
  chunks: [1, 64],
  /** Primes are counted below this, in so many ranges. */
  primes: { limit: 2_000_000, count: 148_933, ranges: 64 },
} as const;
