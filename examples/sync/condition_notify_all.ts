/**
 * A condition and what it is about: five consumers look whether it is met, and wait until it is.
 */

import { Condition, Process, Semaphore, Value } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function consumer(
  name: number,
  condition: Condition,
  product: Value,
  waiting: Semaphore,
): Promise<void> {
  using _ = await condition.hold();
  // 检查条件是否满足
  while (product.value === 0) {
    print("Consumer", name, "is waiting");
    waiting.release();
    await condition.wait();
  }
  // 从共享资源中消费数据
  print("Consumer", name, "consumes product", product.value);
}

export async function producer(condition: Condition, product: Value): Promise<void> {
  using _ = await condition.hold();
  await sleep(1);
  // 生成数据并更新共享资源
  product.value = 42;
  print("Producer makes product", product.value);
  condition.notifyAll();
}

if (import.meta.main) {
  setUp();
  const condition = new Condition();
  const product = new Value("i", 0);
  const waiting = new Semaphore(0);
  const processes: Process[] = [];
  for (let i = 0; i < 5; i++) {
    const p = new Process({ target: consumer, args: [i, condition, product, waiting] });
    processes.push(p);
    p.start();
  }
  // Without this some would come late and find the product there: as good, but nobody to notify.
  for (let i = 0; i < 5; i++) await waiting.acquire();
  const producerProcess = new Process({ target: producer, args: [condition, product] });
  producerProcess.start();
  for (const p of processes) await p.join();
  await producerProcess.join();
}
