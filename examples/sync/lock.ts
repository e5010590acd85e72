/** A lock around shared data: five workers count, with it and without. */

import { Barrier, Lock, Process, Value } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

const rounds = 10;

/** Adds one as anything does that reads, thinks and writes. */
async function addOne(data: Value): Promise<void> {
  const seen = data.value;
  await sleep(0.1);
  data.value = seen + 1;
}

export async function worker(lock: Lock, data: Value): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    await lock.acquire();
    try {
      // 对共享资源进行操作
      await addOne(data);
    } finally {
      lock.release();
    }
  }
}

export async function careless(start: Barrier, data: Value): Promise<void> {
  await start.wait();
  for (let i = 0; i < rounds; i++) await addOne(data);
}

/** Has five processes do something. */
async function five(target: (...args: never[]) => Promise<void>, args: unknown[]): Promise<void> {
  const processes: Process[] = [];
  for (let i = 0; i < 5; i++) {
    const p = new Process({ target, args });
    processes.push(p);
    p.start();
  }
  for (const p of processes) await p.join();
}

if (import.meta.main) {
  setUp();
  const guarded = new Value("i", 0);
  await five(worker, [new Lock(), guarded]);
  print("with the lock:", guarded.value, "of", 5 * rounds);

  const open = new Value("i", 0);
  await five(careless, [new Barrier(5), open]);
  print("without it:", open.value, "of", 5 * rounds);
}
