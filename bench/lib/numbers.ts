/** What is made of samples. */

/** The middle one: what other programs on the machine disturb moves it little. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of the ratios of two rows whose rounds were measured in turns. */
export function pairedRatio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((sample, round) => sample / below[round]!));
}

/** The whole numbers below `count`. */
export function numbersBelow(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
