/** A pool that gives a promise for each task, which is all that most of them have. */

import { awaitAll, type Contestant } from "./competitor.ts";

/** Milliseconds that a pool has to end: on some runtimes some never do. */
const grace = 1000;

/** A contestant of what runs one task. */
export function contestantOf(
  one: (n: number) => Promise<number>,
  close: () => unknown,
): Contestant {
  return {
    one,
    atOnce: (numbers) => awaitAll(numbers.map((n) => one(n))),
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, grace);
      await Promise.race([close(), promise]);
      clearTimeout(timer);
    },
  };
}
