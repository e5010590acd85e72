/** What was read of a namespace is a copy: changing it has no effect until it is assigned again. */

import { Manager, type NamespaceProxy, Process } from "@nproc/multiprocessing";
import { list, print, setUp, sleep } from "../_lib.ts";

export async function changer(namespace: NamespaceProxy): Promise<void> {
  (await namespace["nums"])[2] = 3; // nums = [5, 1, 3]
}

// 生产者生产数据
export async function producer(namespace: NamespaceProxy): Promise<void> {
  const nums = await namespace["nums"];
  nums[2] = 3;
  namespace["nums"] = nums;
}

export async function consumer(namespace: NamespaceProxy): Promise<void> {
  await sleep(1);
  print(list(await namespace["nums"]));
}

if (import.meta.main) {
  setUp();
  await using manager = new Manager();
  const namespace = manager.Namespace();
  namespace["nums"] = [5, 1, 2];
  namespace["alphas"] = ["z", "t", "y"];

  for (const target of [changer, consumer, producer, consumer]) {
    const process = new Process({ target, args: [namespace] });
    process.start();
    await process.join();
  }
}
