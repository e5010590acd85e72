/** What `Atomics` can do on shared words with nothing around it: the least that anything costs. */

/** Shared words as an array of no class of ours. */
export function plainWords({ buffer, byteOffset, length }: Int32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/** The smallest lock that does not spin while it waits: free, held, or held with others waiting. */
export class BareLock {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  acquire(): void {
    const words = this.#words;
    if (Atomics.compareExchange(words, 0, 0, 1) === 0) return;
    while (Atomics.exchange(words, 0, 2) !== 0) Atomics.wait(words, 0, 2);
  }

  release(): void {
    if (Atomics.exchange(this.#words, 0, 0) === 2) Atomics.notify(this.#words, 0, 1);
  }
}

/** The smallest lock that there is: on mapped memory `Atomics.wait` does not work. */
export class SpinLock {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  acquire(): void {
    while (Atomics.compareExchange(this.#words, 0, 0, 1) !== 0);
  }

  release(): void {
    Atomics.compareExchange(this.#words, 0, 1, 0);
  }
}
