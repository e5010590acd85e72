/** What goes from one task of a pool to another: `Manager().Queue()`. */

import { Manager, Pool, type QueueProxy } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function producer(queue: QueueProxy<string>): Promise<void> {
  await queue.put("a");
  await sleep(2);
}

export async function consumer(queue: QueueProxy<string>): Promise<void> {
  await sleep(2);
  const data = await queue.get();
  print(data);
}

if (import.meta.main) {
  setUp();
  await using manager = new Manager();
  const queue = manager.Queue<string>();
  const pool = new Pool();
  // pool中的进程间通信需要使用Manager
  pool.applyAsync(producer, [queue]);
  pool.applyAsync(consumer, [queue]);
  pool.close();
  await pool.join();
}
