/**
 * Letting time pass.
 *
 * @module
 * @internal
 */

/** A word that nobody changes: to wait on it is to let time pass. */
const still = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for some milliseconds. */
export function letPass(milliseconds: number): void {
  Atomics.wait(still, 0, 0, milliseconds);
}
