/**
 * What the calls of a map are made with: the first of each input, the second of each, and so on,
 * as long as every input gives something.
 *
 * @module
 * @internal
 */

import { isIterable } from "../arguments.ts";
import type { Input } from "../pool/options.ts";

/** The rows of synchronous inputs. */
export function* rowsOf(inputs: readonly Iterable<unknown>[]): Generator<unknown[]> {
  const open = inputs.map((input) => input[Symbol.iterator]());
  try {
    for (;;) {
      const row: unknown[] = [];
      for (const iterator of open) {
        const step = iterator.next();
        if (step.done) return void open.splice(open.indexOf(iterator), 1);
        row.push(step.value);
      }
      yield row;
    }
  } finally {
    for (const iterator of open) iterator.return?.();
  }
}

/** The rows of inputs of which some are asynchronous. */
export async function* rowsOfLater(inputs: readonly Input<unknown>[]): AsyncGenerator<unknown[]> {
  const open = inputs.map((input) =>
    isIterable(input) ? input[Symbol.iterator]() : input[Symbol.asyncIterator]()
  );
  try {
    for (;;) {
      const row: unknown[] = [];
      for (const iterator of open) {
        const step = await iterator.next();
        if (step.done) return void open.splice(open.indexOf(iterator), 1);
        row.push(step.value);
      }
      yield row;
    }
  } finally {
    for (const iterator of open) await iterator.return?.();
  }
}
