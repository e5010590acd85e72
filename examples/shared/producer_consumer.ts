/** A producer fills a `Value` and an `Array` of characters, one by one; a consumer reads them. */

import { Array as SharedArray, Process, Value } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";

export function producer(num: Value, string: SharedArray): void {
  num.value = 1024;

  string[0] = "z".charCodeAt(0); // 只能一个一个的赋值
  string[1] = "t".charCodeAt(0);
  string[2] = "y".charCodeAt(0);
}

export function consumer(num: Value, string: SharedArray): void {
  console.log(num.value);
  console.log(String.fromCharCode(...string));
}

if (import.meta.main) {
  setUp();
  const num = new Value(Int32Array, 512);
  const string = new SharedArray(Uint8Array, 3); // 设置一个长度为3的数组

  const proProcess = new Process({ target: producer, args: [num, string] });
  const conProcess = new Process({ target: consumer, args: [num, string] });
  proProcess.start();
  await proProcess.join(); // The consumer is to see all of it.
  conProcess.start();
  await conProcess.join();
}
