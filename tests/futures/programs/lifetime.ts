/** How long a program lives that has an executor: what it does with it is its second argument. */

import process from "node:process";
import { setStartMethod, type StartMethod } from "../../../mod.ts";
import { asCompleted, ProcessPoolExecutor, wait } from "../../../futures.ts";

export async function squareLater(x: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return x ** 2;
}
export const waitForEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

if (import.meta.main) {
  const [, , method, what] = process.argv;
  setStartMethod(method as StartMethod);
  const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  switch (what) {
    case "dropped":
      executor.submit(squareLater, 2);
      executor.submit(waitForEver);
      executor.map(squareLater, [1, 2, 3]);
      break;
    case "given up": {
      executor.submit(() => {
        throw new Error("nobody asks");
      });
      const soon = executor.submit(squareLater, 1);
      const future = executor.submit(waitForEver);
      for await (const _ of asCompleted([future, soon])) break;
      await wait([future], { timeout: 5 });
      await executor.map(waitForEver, [1], { timeout: 5 }).next()
        .catch((error: Error) => console.log(error.name));
      break;
    }
    case "waited for": {
      const futures = [2, 3, 4, 5].map((x) => executor.submit(squareLater, x));
      void futures[0]!.then((value) => console.log(value));
      futures[1]!.addDoneCallback((future) => void future.then((value) => console.log(value)));
      void wait([futures[2]!]).then(({ done }) => console.log(done.size));
      void asCompleted([futures[3]!]).next().then(({ value }) => console.log(value?.done()));
      void executor.map(squareLater, [6]).next().then(({ value }) => console.log(value));
      break;
    }
    case "shut down":
      executor.submit(squareLater, 4).addDoneCallback(() => console.log("done"));
      await executor.shutdown({ wait: false });
      break;
  }
  console.log("main has ended");
}
