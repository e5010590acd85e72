/** A process from its creation to its end, or to the end that its parent makes of it. */

import { Process } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

export async function worker(seconds: number): Promise<void> {
  // 进程执行的逻辑
  await sleep(seconds);
  console.log(`worker(${seconds}) ends`);
}

export function broken(): never {
  throw new Error("worker went wrong");
}

if (import.meta.main) {
  setUp();
  // 创建进程
  const process = new Process({ target: worker, args: [3] });
  console.log(`before start: alive ${process.isAlive()}, exit code ${process.exitCode}`);

  // 启动进程
  process.start();

  // 进程的状态
  if (process.isAlive()) console.log("进程正在运行");
  console.log(`join for a moment: ${await process.join({ timeout: 10 })}`);
  console.log(`still running: alive ${process.isAlive()}, exit code ${process.exitCode}`);
  console.log(`join: ${await process.join()}`);
  console.log(`ended: alive ${process.isAlive()}, exit code ${process.exitCode}`);

  // An error that nothing catches is printed, and tells by the exit code.
  const failing = new Process({ target: broken });
  failing.start();
  await failing.join();
  console.log(`failed: alive ${failing.isAlive()}, exit code ${failing.exitCode}`);

  // 进程的终止
  const endless = new Process({ target: worker, args: [10_000] });
  endless.start();
  console.log(`endless: alive ${endless.isAlive()}`);
  endless.terminate();
  await endless.join();
  console.log(`terminated: alive ${endless.isAlive()}, exit code ${endless.exitCode}`);
}
