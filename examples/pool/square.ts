/** A pool that ends with the block that made it. */

import { Pool } from "@nproc/multiprocessing";
import { list, setUp } from "../_lib.ts";

// 定义一个任务函数
export function square(x: number): number {
  return x ** 2;
}

if (import.meta.main) {
  setUp();
  // 创建进程池
  await using pool = new Pool({ processes: 4 });
  // 提交任务给进程池
  const results = await pool.map(square, Array(10).keys());
  // 打印结果
  console.log(list(results));
}
