/** Shared memory: a `Value` and an `Array` that a child changes, and its parent sees changed. */

import { Array as SharedArray, Process, Value } from "@nproc/multiprocessing";
import { list, setUp } from "../_lib.ts";

export function worker(sharedValue: Value<"i">, sharedArray: SharedArray<"i">): void {
  sharedValue.value += 1;
  for (let i = 0; i < sharedArray.length; i++) sharedArray[i]! *= 2;
}

if (import.meta.main) {
  setUp();
  const sharedValue = new Value("i", 0); // 创建共享值
  const sharedArray = new SharedArray("i", [1, 2, 3, 4, 5]); // 创建共享数组
  console.log("before:", sharedValue.value, list(sharedArray));

  const process = new Process({ target: worker, args: [sharedValue, sharedArray] });
  process.start();
  await process.join();
  console.log("after:", sharedValue.value, list(sharedArray));
}
