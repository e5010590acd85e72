/**
 * Waits until a number is the wanted one, or, without one, has not changed for a while; gives it.
 */
export async function settled(read: () => number, wanted?: number): Promise<number> {
  const until = performance.now() + 5000;
  for (let last = NaN; performance.now() < until;) {
    const now = read();
    if (wanted === undefined ? now === last : now === wanted) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, wanted === undefined ? 100 : 5));
  }
  return read();
}
