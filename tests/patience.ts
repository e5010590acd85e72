/** Waits of tests: none of them takes a machine that stood still for a program that did. */

const pollEvery = 20;

/**
 * Looks again and again until nothing is left, for so many milliseconds at least, and as many looks
 * as fit into them: after a second in which the whole machine stood still, the clock alone says
 * that the time is over, but nobody else had any of it. Gives what is left then.
 */
export async function untilNone<T>(look: () => T[], grace: number): Promise<T[]> {
  let left = look();
  for (let rest = grace; left.length > 0 && rest > 0; rest -= pollEvery) {
    await new Promise((resolve) => setTimeout(resolve, pollEvery));
    left = look();
  }
  return left;
}

/** Keeps the thread until something is so, for twenty seconds at most: whether it is so then. */
export function spinUntil(is: () => boolean): boolean {
  const end = performance.now() + 20_000;
  while (!is()) if (performance.now() > end) return is();
  return true;
}
