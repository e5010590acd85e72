/** A managed namespace: names that one child sets and another reads. */

import { Manager, type NamespaceProxy, Process } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";

// 生产者生产数据
export function producer(namespace: NamespaceProxy): void {
  namespace["name"] = "zty";
  namespace["info"] = { Id: 12345, Addr: "chengdu" };
  namespace["age"] = 19;
}

export async function consumer(namespace: NamespaceProxy): Promise<void> {
  await sleep(1);
  print(await namespace["name"]);
  print(JSON.stringify(await namespace["info"]));
  print(await namespace["age"]);
}

if (import.meta.main) {
  setUp();
  await using manager = new Manager();
  const namespace = manager.Namespace();

  const proProcess = new Process({ target: producer, args: [namespace] });
  const conProcess = new Process({ target: consumer, args: [namespace] });
  proProcess.start();
  await proProcess.join();
  conProcess.start();
  await conProcess.join();
}
