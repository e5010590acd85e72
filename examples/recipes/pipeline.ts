/** A pipeline: lines go through one queue, what two processes make of them through another. */

import { Process, Queue } from "@nproc/multiprocessing";

/** What a stage sends last: `null` cannot be a line or a number. */
const end = null;

export async function countWords(
  lines: Queue<string | null>,
  counts: Queue<number | null>,
): Promise<void> {
  for (let line = await lines.get(); line !== end; line = await lines.get()) {
    await counts.put(line.split(" ").length);
  }
  await counts.put(end);
}

/** The first stage. Each worker has to be told once that nothing more comes. */
async function read(lines: Queue<string | null>, workers: number): Promise<void> {
  for (let i = 0; i < 1000; i++) await lines.put("a line of five words");
  for (let i = 0; i < workers; i++) await lines.put(end);
}

/** The last stage. It is done when each worker has said that it is. */
async function sum(counts: Queue<number | null>, workers: number): Promise<number> {
  let total = 0;
  for (let running = workers; running > 0;) {
    const count = await counts.get();
    if (count === end) running--;
    else total += count;
  }
  return total;
}

if (import.meta.main) {
  // With a bound, `put` waits for the next stage: no stage runs far ahead and fills the memory.
  const lines = new Queue<string | null>(10);
  const counts = new Queue<number | null>(10);
  const workers = [1, 2].map(() => new Process({ target: countWords, args: [lines, counts] }));
  for (const worker of workers) worker.start();

  const [, total] = await Promise.all([read(lines, workers.length), sum(counts, workers.length)]);
  for (const worker of workers) await worker.join();
  console.log(`${total} words`);
}
