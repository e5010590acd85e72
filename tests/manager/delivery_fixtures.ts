/** A child that asks for items and ends before it hears of them. */

import process from "node:process";
import { type Event, type QueueProxy, task } from "../../mod.ts";

/** Asks for two items; once it is told to, it ends, without a turn of its event loop in between. */
export async function neverHears(
  queue: QueueProxy<number>,
  asked: Event,
  goOn: Event,
): Promise<void> {
  void queue.get();
  void queue.get();
  // Answered behind the requests before it.
  await queue.qsize();
  asked.set();
  goOn.waitSync();
  process.exit(3);
}
task(import.meta, neverHears);
