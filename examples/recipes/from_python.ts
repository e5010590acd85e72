/** What the page "From Python" shows beside the same program in Python. */

import { Pool, Process, Queue, Value } from "@nproc/multiprocessing";

export function square(x: number): number {
  return x ** 2;
}

export async function work(numbers: Queue<number | null>, total: Value): Promise<void> {
  for (let n = await numbers.get(); n !== null; n = await numbers.get()) {
    using _ = await total.hold();
    total.value += n;
  }
}

if (import.meta.main) {
  await using pool = new Pool(2);
  console.log(await pool.map(square, [1, 2, 3])); // [ 1, 4, 9 ]

  const numbers = new Queue<number | null>();
  const total = new Value("i", 0);
  const workers = [1, 2].map(() => new Process({ target: work, args: [numbers, total] }));
  for (const worker of workers) worker.start();
  for (const n of [1, 2, 3, 4, null, null]) await numbers.put(n);
  for (const worker of workers) await worker.join();
  console.log(total.value, workers.map((worker) => worker.exitCode)); // 10 [ 0, 0 ]
}
