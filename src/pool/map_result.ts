/**
 * Collects the outcomes of a map's chunks into one.
 *
 * @module
 * @internal
 */

import { chunksOf } from "./chunks.ts";
import { type Outcome, status } from "./wire.ts";

/** How many arguments a call is given at most: what is too many, each runtime says by itself. */
const mostArguments = 10_000;

const noResults: readonly unknown[] = [];

/** The chunks of one map, and what to do with them when the last is there. */
export class ChunkCollector {
  readonly #results: (readonly unknown[])[];
  readonly #settle: (outcome: Outcome) => void;
  #missing: number;
  #failure: Outcome | undefined;

  constructor(chunks: number, settle: (outcome: Outcome) => void) {
    this.#results = new Array(chunks);
    this.#missing = chunks;
    this.#settle = settle;
  }

  /**
   * Takes in the outcome of one chunk. As in CPython the map ends when all have, and with the
   * first error that came.
   */
  collect(index: number, outcome: Outcome): void {
    if (outcome.status === status.fulfilled) this.#results[index] = outcome.value as unknown[];
    else this.#failure ??= outcome;
    if (--this.#missing > 0) return;
    this.#settle(this.#failure ?? { status: status.fulfilled, value: this.#joined() });
  }

  #joined(): unknown[] {
    let joined = this.#results;
    while (joined.length > 1) {
      joined = [...chunksOf(joined, mostArguments)].map((some) => noResults.concat(...some));
    }
    return joined[0] as unknown[];
  }
}
