/** Several tasks at once; their results in the order in which they were submitted. */

import { Pool } from "@nproc/multiprocessing";
import { setUp, sleep } from "../_lib.ts";

// 定义一个任务函数
export async function processData(data: string): Promise<string> {
  // 模拟耗时操作
  await sleep(1);
  // 返回处理结果
  return data.toUpperCase();
}

if (import.meta.main) {
  setUp();
  // 创建进程池
  await using pool = new Pool({ processes: 3 });
  // 准备数据
  const dataList = ["apple", "banana", "cherry", "date", "elderberry"];
  // 提交任务给进程池
  const results = dataList.map((data) => pool.applyAsync(processData, [data]));
  // 等待所有任务完成并获取结果
  const finalResults = await Promise.all(results.map((result) => result.get()));
  // 打印结果
  for (const result of finalResults) console.log(result);
}
