/** A managed `Value` can hold anything that travels, a text for one: its type is only a remark. */

import { Manager, Process, type ValueProxy } from "@nproc/multiprocessing";
import { print, setUp } from "../_lib.ts";

export function producer(num: ValueProxy<number>, string: ValueProxy<string>): void {
  num.value = 1024;
  string.value = "zty"; // 支持字符串赋值
}

export async function consumer(num: ValueProxy<number>, string: ValueProxy<string>): Promise<void> {
  print(await num.value);
  print(await string.value);
}

if (import.meta.main) {
  setUp();
  await using manager = new Manager();
  const num = manager.Value("i", 512);
  const string = manager.Value("c", "");

  const proProcess = new Process({ target: producer, args: [num, string] });
  const conProcess = new Process({ target: consumer, args: [num, string] });
  proProcess.start();
  await proProcess.join();
  conProcess.start();
  await conProcess.join();
}
