/** `close`, then `join`: the parent ends after all that its pool had to do. */

import { currentProcess, Pool } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

export async function run(name: number): Promise<void> {
  console.log(`${name},子进程开始,进程ID:${currentProcess().pid}`);
  const start = performance.now();
  await sleep([1, 2, 3, 4][Math.floor(4 * Math.random())]!);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}子进程结束,进程ID:${currentProcess().pid},耗时${seconds}`);
}

if (import.meta.main) {
  setUp();
  console.log("父进程开始");
  const p = new Pool(4); // How many run at a time; as many as there are cores, if left out.
  for (let i = 0; i < 10; i++) {
    p.applyAsync(run, [i]);
  }
  p.close(); // From here on nothing can be added; `join` needs that.
  await p.join();
  console.log("父进程结束");
  await p.terminate(); // Would end at once what still runs: nothing does.
}
