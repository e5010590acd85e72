/** A condition: the consumer waits until the producer notifies it. */

import { Condition, Event, Process } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function consumer(condition: Condition, holds: Event): Promise<void> {
  using _ = await condition.hold();
  holds.set();
  print("Consumer is waiting");
  await condition.wait();
  print("Consumer is consuming the product");
}

export async function producer(condition: Condition): Promise<void> {
  using _ = await condition.hold();
  await sleep(2);
  print("Producer is producing the product");
  condition.notify();
}

if (import.meta.main) {
  setUp();
  const condition = new Condition();
  const holds = new Event();
  const consumerProcess = new Process({ target: consumer, args: [condition, holds] });
  const producerProcess = new Process({ target: producer, args: [condition] });
  consumerProcess.start();
  // A notification reaches who waits, and nobody who comes later: the consumer has to be the first.
  await holds.wait();
  producerProcess.start();
  await consumerProcess.join();
  await producerProcess.join();
}
