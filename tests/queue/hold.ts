/** A child that stops in the middle of what it does with a queue, for ever. */

import { type Queue, type RawArray, task } from "../../mod.ts";

/** What it does. */
export type Act = "put" | "get";

/** In its first element it says that it has stopped (1), or that it has come to the end (2). */
export type Cell = RawArray<"i">;

const names = ["load", "store", "add", "or", "exchange", "compareExchange"] as const;

type Operation = (...args: unknown[]) => unknown;
const atomics = Atomics as unknown as Record<string, Operation>;

/** Does it, and stops before the operation of that number on memory that is shared. */
export function hold(step: number, act: Act, queue: Queue, cell: Cell): void {
  const real = names.map((name) => atomics[name]!);
  let left = step;
  const stop = (): void => {
    cell[0] = 1;
    // Longer than any test, but no thread is left for ever where nobody ends it.
    const still = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(still, 0, 0, 60_000);
  };
  names.forEach((name, i) => {
    atomics[name] = (...args) => {
      if (--left === 0) stop();
      return real[i]!(...args);
    };
  });
  try {
    if (act === "put") queue.putSync("put");
    else queue.getSync();
  } finally {
    names.forEach((name, i) => atomics[name] = real[i]!);
  }
  cell[0] = 2;
}
task(import.meta, hold);
