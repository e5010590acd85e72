/** An event: three workers wait until the main process sets it. */

import { Event, Process } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function worker(event: Event, name: number): Promise<void> {
  print("Worker", name, "waiting for event");
  await event.wait();
  print("Worker", name, "received event");
  await sleep(2);
  print("Worker", name, "completed task");
}

if (import.meta.main) {
  setUp();
  const event = new Event();
  const processes: Process[] = [];
  for (let i = 0; i < 3; i++) {
    const p = new Process({ target: worker, args: [event, i] });
    processes.push(p);
    p.start();
  }
  await sleep(3);
  // 触发事件的发生
  print("Main sets event");
  event.set();
  for (const p of processes) await p.join();
}
