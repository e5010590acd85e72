/** Producers and consumers of the queue under stress. */

import { type Queue, type RawArray, task } from "../../mod.ts";
import type { Form } from "../fixtures.ts";

/** Puts the numbers from `first` on. */
export async function produce(
  queue: Queue<number | null>,
  first: number,
  count: number,
  form: Form,
): Promise<void> {
  for (let i = first; i < first + count; i++) {
    if (form === "sync") queue.putSync(i);
    else await queue.put(i);
  }
}
task(import.meta, produce);

/** What a consumer says of itself. */
export const STOPPED = 1;
export const OUT_OF_ORDER = 2;

/** What a consumer is to do. */
export interface Order {
  /** Which it is. */
  readonly index: number;
  /** How many items each producer puts: the number of an item tells whose it is. */
  readonly perProducer: number;
  /** It stops after so many items, and has none in its hands then. */
  readonly stopAfter: number;
  readonly form: Form;
}

/** Gets numbers and counts each, until there is a null. */
export async function consume(
  queue: Queue<number | null>,
  seen: RawArray<"B">,
  states: RawArray<"i">,
  { index, perProducer, stopAfter, form }: Order,
): Promise<void> {
  const last = new Map<number, number>();
  for (let count = 0; count < stopAfter; count++) {
    const item = form === "sync" ? queue.getSync() : await queue.get();
    if (item === null) return;
    Atomics.add(seen, item, 1);
    const producer = Math.floor(item / perProducer);
    if ((last.get(producer) ?? -1) >= item) states[index] = OUT_OF_ORDER;
    last.set(producer, item);
  }
  Atomics.compareExchange(states, index, 0, STOPPED);
  // Until it is killed.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
}
task(import.meta, consume);
