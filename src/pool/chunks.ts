/**
 * How a map's input is cut up.
 *
 * @module
 * @internal
 */

/** Checks what a caller gave as its `chunkSize`. */
export function checkChunkSize(chunkSize: unknown): void {
  if (chunkSize === undefined) return;
  if (typeof chunkSize !== "number") {
    throw new TypeError(`Cannot map as chunkSize must be a number: received ${String(chunkSize)}`);
  }
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new RangeError(
      `Cannot map as chunkSize must be a whole number from 1: received ${chunkSize}`,
    );
  }
}

/** CPython's choice: about four chunks for each worker. */
export function defaultChunkSize(items: number, workers: number): number {
  return Math.max(1, Math.ceil(items / (workers * 4)));
}

/** Cuts a list into pieces of the same size; the last may be shorter. */
export function* chunksOf<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
