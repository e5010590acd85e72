/** Uses up the memory that children share, and goes on with what is given back. */

import process from "node:process";
import { getContext, type Queue, type StartMethod, task } from "../../../mod.ts";
import { allocate, free } from "../../../src/memory/allocator.ts";

const method = process.argv[2] as StartMethod;

/** Gets so many, and puts their lengths. */
async function measure(from: Queue<Uint8Array>, to: Queue<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await to.put((await from.get()).length);
}
task(import.meta, measure);

function outcome(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message.replace(/\d+/g, "#")}`;
  }
}

function fill(queue: Queue<Uint8Array>, size: number): [count: number, why: string] {
  for (let count = 0;; count++) {
    const why = outcome(() => queue.putNoWait(new Uint8Array(size)));
    if (why !== "done") return [count, why];
  }
}

if (import.meta.main) {
  const { Process, ...context } = getContext(method);
  const queue = new context.Queue<Uint8Array>();
  const lengths = new context.Queue<number>();
  lengths.putNoWait(0);
  queue.putNoWait(new Uint8Array(1));
  const child = new Process({ target: measure, args: [queue, lengths, 3] });
  // All but about 10 MB, none of which is ever touched.
  const spare = allocate(method, 10_000_000, 0);
  for (let size = 2 ** 29; size >= 2 ** 23; size /= 2) {
    while (outcome(() => allocate(method, size, 0)) === "done") continue;
  }
  free(spare);
  const [count, why] = fill(queue, 100_000);
  console.log(count > 20, queue.qsize() === count + 1, why);
  const late = queue.put(new Uint8Array(100_000), { timeout: 10 });
  await late.catch((error) => console.log("put:", error.name));
  console.log(outcome(() => queue.putSync(new Uint8Array(100_000), { timeout: 10 })));
  console.log(outcome(() => queue.putNoWait(new Uint8Array(2 ** 30))));
  child.start();
  await child.join();
  console.log(lengths.getNoWait(), lengths.getNoWait(), lengths.getNoWait(), lengths.getNoWait());
  console.log("again:", fill(queue, 100_000)[0]);
  while (!queue.empty()) queue.getNoWait();
  const [small] = fill(queue, 1000);
  console.log("small ones in the same memory:", small > 1000);
  while (!queue.empty()) queue.getNoWait();
  // It may have to wait until blocks are merged again.
  await queue.put(new Uint8Array(1_000_000), { timeout: 20_000 });
  console.log("a large one in theirs:", (await queue.get()).length);
  console.log(outcome(() => new context.Queue(1).putNoWait(1)));
}
