/**
 * Lists of property names, so that records alike name theirs once.
 *
 * @module
 * @internal
 */

/** More are sent in full: looking further would cost more than the bytes saved. */
const LIMIT = 16;

/**
 * Lists of property names of the value that is being encoded, so that records alike name them once.
 */
export class Shapes {
  count = 0;
  readonly #shapes: (readonly string[])[] = [];

  /** The number of the shape with these keys; otherwise -1, and they now have the next number. */
  meet(keys: readonly string[]): number {
    const known = Math.min(this.count, LIMIT);
    for (let i = known - 1; i >= 0; i--) {
      if (same(this.#shapes[i]!, keys)) return i;
    }
    if (this.count < LIMIT) this.#shapes[this.count] = keys;
    this.count++;
    return -1;
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  const length = a.length;
  if (length !== b.length) return false;
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
