/** This library: a `Pool`, compared one by one with the bare channel that it speaks over. */

import { type AsyncResult, Pool, setStartMethod } from "@nproc/multiprocessing";
import { awaitAll, compete, type Competitor, type Contestant } from "./competitor.ts";
import { raw } from "./raw.ts";

export function square(n: number): number {
  return n ** 2;
}

class NprocContestant implements Contestant {
  readonly #pool: Pool;

  constructor(workers: number) {
    this.#pool = new Pool(workers);
  }

  one = (n: number): Promise<number> => this.#pool.apply(square, [n]);

  atOnce = (numbers: readonly number[]): Promise<number[]> => {
    const results: AsyncResult<number>[] = [];
    for (const n of numbers) results.push(this.#pool.applyAsync(square, [n]));
    return awaitAll(results);
  };

  map = (numbers: readonly number[]): Promise<number[]> => this.#pool.map(square, numbers);

  stream = (numbers: readonly number[], chunkSize: number): AsyncIterable<number> =>
    this.#pool.imapUnordered(square, numbers, { chunkSize });

  close = (): Promise<void> => this.#pool.terminate();
}

/** This library. */
export const nproc: Competitor = {
  name: "nproc",
  open: (method, workers) => {
    setStartMethod(method, { force: true });
    return new NprocContestant(workers);
  },
};

if (import.meta.main) await compete(nproc, { beside: raw });
