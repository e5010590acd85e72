/** A producer and a consumer, who do not know when it is over: the consumer is terminated. */

import { Process, Queue, Semaphore } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

const items = 10;

// 生产者生产数据
export async function producer(queue: Queue<number>): Promise<void> {
  for (let i = 0; i < items; i++) await queue.put(Math.floor(Math.random() * 100));
}

// 消费者处理数据
export async function consumer(queue: Queue<number>, handled: Semaphore): Promise<void> {
  for (;;) {
    const item = await queue.get(); // 模拟消费者的处理过程
    print(`处理一个元素:${item}`);
    handled.release();
  }
}

if (import.meta.main) {
  setUp();
  const queue = new Queue<number>();
  const handled = new Semaphore(0);

  const proProcess = new Process({ target: producer, args: [queue] });
  const conProcess = new Process({ target: consumer, args: [queue, handled] });
  proProcess.start();
  conProcess.start();

  await proProcess.join();
  while (!queue.empty()) await sleep(0.1); // 当队列不为空时,继续等待消费者处理
  // The queue is empty as soon as the last element is taken; handled it is a little later.
  for (let i = 0; i < items; i++) await handled.acquire();
  conProcess.terminate(); // 终止消费者进程
  await conProcess.join();
  print("处理结束");
  print(`exit codes: ${proProcess.exitCode}, ${conProcess.exitCode}`);
}
