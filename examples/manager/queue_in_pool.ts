/**
 * A managed queue between the tasks of a pool: `apply` waits, so the reader finds all four
 * messages.
 */

import {
  currentProcess,
  Manager,
  parentProcess,
  Pool,
  type QueueProxy,
} from "@nproc/multiprocessing";
import { print, setUp } from "../_lib.ts";

export async function reader(queue: QueueProxy<string>): Promise<void> {
  print(`reader启动(${currentProcess().pid}),父进程为(${parentProcess()?.pid})`);
  const messages = await queue.qsize();
  for (let i = 0; i < messages; i++) print(`reader从Queue获取到消息:${await queue.get()} `);
}

export async function writer(queue: QueueProxy<string>): Promise<void> {
  print(`writer启动(${currentProcess().pid}),父进程为(${parentProcess()?.pid})`);
  for (const message of ["Message1", "Message2", "Message3", "Message4"]) await queue.put(message);
}

if (import.meta.main) {
  setUp();
  print(`(${currentProcess().pid}) start`);
  await using manager = new Manager();
  const q = manager.Queue<string>(); // 使用Manager中的Queue来初始化
  const po = new Pool();
  // 使用阻塞模式创建进程,这样就不需要在reader中使用死循环了,可以让writer完全执行完成后,再用reader去读取
  await po.apply(writer, [q]);
  await po.apply(reader, [q]);
  po.close();
  await po.join();
  print(`(${currentProcess().pid}) End`);
}
