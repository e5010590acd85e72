/** How workers begin, and what a result tells of its task before and after the task's end. */

import { currentProcess, Pool } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

let unit = "";

export function initializer(word: string): void {
  console.log(`<进程${currentProcess().pid}> initializer ${word}`);
  unit = word;
}

export async function work(n: number): Promise<string> {
  await sleep(3);
  return `${n ** 2} ${unit}`;
}

export function fail(): never {
  throw new RangeError("work went wrong");
}

/** What a promise is rejected with, or a call throws. */
async function failure(call: () => unknown): Promise<string> {
  try {
    return `no error: ${await call()}`;
  } catch (error) {
    return String(error);
  }
}

if (import.meta.main) {
  setUp();
  const p = new Pool({ processes: 2, initializer, initArgs: ["m²"] });

  const obj = p.applyAsync(work, [3]);
  console.log(`ready: ${obj.ready()}`);
  console.log(`successful: ${await failure(() => obj.successful())}`);
  await obj.wait({ timeout: 10 });
  console.log(`ready after wait(10 ms): ${obj.ready()}`);
  await obj.wait();
  console.log(`ready after wait: ${obj.ready()}`);
  console.log(`successful: ${obj.successful()}`);
  console.log(`get: ${await obj.get()}`);

  const bad = p.applyAsync(fail);
  await bad.wait();
  console.log(`bad, ready: ${bad.ready()}`);
  console.log(`bad, successful: ${bad.successful()}`);
  console.log(`bad, get: ${await failure(() => bad.get())}`);

  const all = p.mapAsync(work, [1, 2]);
  console.log(`map, ready: ${all.ready()}`);
  console.log(`map, get: ${await all.get()}`);
  console.log(`map, successful: ${all.successful()}`);

  const pending = p.applyAsync(work, [4]);
  await p.terminate();
  console.log(`terminated, ready: ${pending.ready()}`);
  console.log(`terminated, successful: ${pending.successful()}`);
  console.log(`terminated, get: ${await failure(() => pending.get())}`);
}
