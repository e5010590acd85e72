/** A producer and a consumer on a pipe: the consumer waits for ever, and is terminated. */

import { type Connection, Pipe, Process, Semaphore } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

const items = 10;

// 生产者生产数据
export async function producer(pro: Connection): Promise<void> {
  for (let i = 0; i < items; i++) await pro.send(Math.floor(Math.random() * 100));
}

// 消费者处理数据
export async function consumer(con: Connection, handled: Semaphore): Promise<void> {
  for (;;) {
    const data = await con.recv();
    print(`处理一个元素:${data}`);
    handled.release();
  }
}

if (import.meta.main) {
  setUp();
  const [pro, con] = Pipe();
  const handled = new Semaphore(0);

  const proProcess = new Process({ target: producer, args: [pro] });
  const conProcess = new Process({ target: consumer, args: [con, handled] });
  proProcess.start();
  conProcess.start();

  await proProcess.join();
  // 确保数据处理完后终止消费者: how long that takes depends on what else the machine does.
  for (let i = 0; i < items; i++) await handled.acquire();
  await sleep(2);
  print(`consumer still waits: ${conProcess.isAlive()}`);
  conProcess.terminate(); // 由于recv会阻塞进程,所以手动终止
  await conProcess.join();
  print("处理结束");
  print(`exit codes: ${proProcess.exitCode}, ${conProcess.exitCode}`);
}
