/** A class of one's own: what the process does is its `run`. */

import { currentProcess, Process } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

export class Greeter extends Process {
  whom: string;

  constructor(whom: string) {
    super({ name: `Greeter of ${whom}` });
    this.whom = whom;
  }

  override async run(): Promise<void> {
    // 进程执行的逻辑
    await sleep(1);
    console.log(`${this.name}: hello, ${this.whom} (process ${currentProcess().pid})`);
  }
}

if (import.meta.main) {
  setUp();
  console.log(`parent: process ${currentProcess().pid}`);
  const process = new Greeter("world");
  process.start();
  if (process.isAlive()) console.log("进程正在运行");
  await process.join();
  console.log(`${process.name}: process ${process.pid}, exit code ${process.exitCode}`);
}
