/**
 * How a map's input is cut up.
 *
 * @module
 * @internal
 */

import { checkInteger } from "../arguments.ts";

/** Checks what a caller gave as its `chunkSize`. */
export function checkChunkSize(chunkSize: unknown): void {
  if (chunkSize !== undefined) checkInteger("map", "chunkSize", chunkSize, 1);
}

/** CPython's choice: about four chunks for each worker. */
export function defaultChunkSize(items: number, workers: number): number {
  return Math.max(1, Math.ceil(items / (workers * 4)));
}

/** Cuts a list into pieces of the same size; the last may be shorter. */
export function* chunksOf<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
