/** A program to be bundled: a pool of tasks, and a process that puts into a queue. */

import { type DictProxy, Manager, Pool, Process, Queue, task } from "../../../mod.ts";

const shift = task(import.meta, (x: number): number => x + offset);
const fill = task(import.meta, async (queue: Queue<number>, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await queue.put(shift(i));
});

const enter = task(import.meta, async (scores: DictProxy<string, number>, name: string) => {
  await scores.set(name, name.length);
});

// What a module waits for is there when its tasks run.
const offset = await new Promise<number>((resolve) => setTimeout(resolve, 20, 10));

export function double(x: number): number {
  return 2 * x;
}

if (import.meta.main) {
  // Nothing is said before: in an executable that Bun made, children come here too.
  await using pool = new Pool(2);
  console.log("tasks:", (await pool.map(shift, [1, 2, 3])).join(" "));
  console.log("exported:", await pool.apply(double, [4]));
  console.log("inline:", await pool.apply((x: number) => x - 1, [4]));

  const queue = new Queue<number>();
  const filler = new Process({ target: fill, args: [queue, 2] });
  filler.start();
  console.log("queue:", await queue.get(), await queue.get());
  await filler.join();
  console.log("process:", filler.exitCode);

  await using manager = new Manager();
  const scores = manager.dict<string, number>();
  await pool.starmap(enter, [[scores, "Ada"], [scores, "Grace"]]);
  console.log("manager:", await scores.get("Ada"), await scores.size());
}
