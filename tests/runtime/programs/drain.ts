/**
 * A service that drains: on a stop signal it lets its pools finish what they do. Says "begun" once
 * its tasks run, and then what became of them.
 */

import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { Manager, Pool, setStartMethod, type StartMethod } from "../../../mod.ts";
import { ProcessPoolExecutor } from "../../../futures.ts";
import { addLine, untilLines } from "../../process/scratch.ts";

/**
 * Runs until the file has as many lines as it needs: one for each task that began, one for the
 * signal.
 */
export async function work(file: string, lines: number): Promise<string> {
  addLine(file, `task ${process.pid}`);
  await untilLines(file, lines);
  return "done";
}

if (import.meta.main) {
  const [method, file, signals] = process.argv.slice(2) as [StartMethod, string, string];
  setStartMethod(method);
  await using pool = new Pool(2);
  await using executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  await using manager = new Manager();
  const dict = manager.dict<string, number>();
  await dict.set("before", 1);
  let got = 0;
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      addLine(file, signal);
      if (++got === Number(signals)) stopped.resolve();
    });
  }
  const lines = 3 + Number(signals);
  const results = [1, 2].map(() => pool.apply(work, [file, lines]));
  const future = executor.submit(work, file, lines);
  await untilLines(file, 3);
  console.log("begun");
  await stopped.promise;
  // What is sent to a group reaches its members one after the other.
  await pause(50);
  await dict.set("after", 2);
  pool.close();
  console.log(...await Promise.all(results), await future.result(), await dict.get("after"));
  await pool.join();
}
