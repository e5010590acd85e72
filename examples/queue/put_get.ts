/** A queue: what one process puts comes out in another, as it was. */

import { currentProcess, Process, Queue } from "@nproc/multiprocessing";
import { print, setUp } from "../_lib.ts";

interface Data {
  from: string;
  numbers: number[];
  when: Date;
}

export async function put(queue: Queue<Data>): Promise<void> {
  // 进程1放入数据
  const data = { from: currentProcess().name, numbers: [1, 2, 3], when: new Date(0) };
  await queue.put(data);
}

export async function get(queue: Queue<Data>): Promise<void> {
  // 进程2获取数据
  const data = await queue.get();
  const { name } = currentProcess();
  print(`${name} got ${data.numbers} of ${data.when.toISOString()} from ${data.from}`);
}

if (import.meta.main) {
  setUp();
  // 创建队列
  const queue = new Queue<Data>();
  const processes = [
    new Process({ target: put, args: [queue], name: "Process 1" }),
    new Process({ target: get, args: [queue], name: "Process 2" }),
  ];
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
  print(`left in the queue: ${queue.qsize()}`);
}
