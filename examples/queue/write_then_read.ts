/** A queue between two processes: one writes into it, then the other reads what is there. */

import { Process, Queue } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

export async function writeData(queue: Queue<string>): Promise<void> {
  for (const value of ["Message1", "Message2", "Message3"]) {
    print(`Put ${value} to queue...`);
    await queue.put(value); // 加入消息队列
    await sleep(2);
  }
}

export async function readData(queue: Queue<string>): Promise<void> {
  // 判断消息队列是否为空
  while (!queue.empty()) {
    const value = await queue.get(); // 获取消息队列中的一个值
    print(`Get ${value} to queue...`);
    await sleep(2);
  }
}

if (import.meta.main) {
  setUp();
  // 当前父进程创建Queue,供两个子进程读写
  const q = new Queue<string>(); // 初始化队列 ,未传入参数时,即可不受限制接受消息
  const pw = new Process({ target: writeData, args: [q] }); // 创建写进程
  const pr = new Process({ target: readData, args: [q] }); // 创建读进程
  // 写进程pw开启
  pw.start();
  // 等待写进程pw结束
  await pw.join();
  // 读进程pr开启
  pr.start();
  // 等待读进程pr结束
  await pr.join();
  print("...Done");
}
