/** A program of somebody who has installed the package: it says what each part of it gave. */

import { type DictProxy, Manager, Pool, Process, Queue } from "@nproc/multiprocessing";
import { ProcessPoolExecutor } from "@nproc/multiprocessing/futures";

export function square(x: number): number {
  return x ** 2;
}

export async function fill(queue: Queue<string>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await queue.put(`item ${i}`);
}

export async function enter(scores: DictProxy<string, number>, name: string): Promise<void> {
  await scores.set(name, name.length);
}

if (import.meta.main) {
  await using pool = new Pool(2);
  const squares: number[] = await pool.map(square, [1, 2, 3]);
  console.log("pool:", squares.join(" "));

  const queue = new Queue<string>();
  const filler = new Process({ target: fill, args: [queue, 2] });
  filler.start();
  console.log("queue:", await queue.get(), await queue.get());
  await filler.join();
  console.log("process:", filler.exitCode);

  await using manager = new Manager();
  const scores = manager.dict<string, number>();
  await pool.starmap(enter, [[scores, "Ada"], [scores, "Grace"]]);
  console.log("manager:", await scores.get("Ada"), await scores.size());

  await using executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  const result: number = await executor.submit(square, 4);
  console.log("futures:", result);
}
