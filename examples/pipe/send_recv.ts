/** A pipe goes both ways: each of two processes has an end, sends through it and receives. */

import { type Connection, currentProcess, Pipe, Process } from "@nproc/multiprocessing";
import { print, setUp } from "../_lib.ts";

export async function ask(conn1: Connection): Promise<void> {
  // 进程1发送数据
  await conn1.send({ question: "6 * 7", factors: [6, 7] });
  print(`${currentProcess().name} received ${await conn1.recv()}`);
}

export async function answer(conn2: Connection): Promise<void> {
  // 进程2接收数据
  const data = await conn2.recv() as { question: string; factors: number[] };
  print(`${currentProcess().name} received ${data.question}`);
  await conn2.send(data.factors.reduce((product, factor) => product * factor));
}

if (import.meta.main) {
  setUp();
  // 创建管道
  const [conn1, conn2] = Pipe();
  const processes = [
    new Process({ target: ask, args: [conn1], name: "Process 1" }),
    new Process({ target: answer, args: [conn2], name: "Process 2" }),
  ];
  for (const process of processes) process.start();
  for (const process of processes) await process.join();
}
