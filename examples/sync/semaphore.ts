/** A semaphore of two: of five workers never more than two are inside. */

import { Process, Semaphore } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function worker(semaphore: Semaphore, name: number): Promise<void> {
  await semaphore.acquire();
  print("Worker", name, "acquired semaphore");
  await sleep(2);
  print("Worker", name, "released semaphore");
  semaphore.release();
}

if (import.meta.main) {
  setUp();
  const semaphore = new Semaphore(2);
  const processes: Process[] = [];
  for (let i = 0; i < 5; i++) {
    const p = new Process({ target: worker, args: [semaphore, i] });
    processes.push(p);
    p.start();
  }
  for (const p of processes) await p.join();
}
