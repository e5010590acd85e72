/** How long a program lives that has a pool: what it does with it is its second argument. */

import process from "node:process";
import { Pool, setStartMethod, type StartMethod } from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}
export async function squareLater(x: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return x ** 2;
}
export function spinForEver(): void {
  for (;;);
}
export function say(text: string): void {
  console.log(text);
}
export const waitForEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

if (import.meta.main) {
  const [, , method, what] = process.argv;
  setStartMethod(method as StartMethod);
  const pool = new Pool(2);
  switch (what) {
    case "dropped":
      break;
    case "dropped after use":
      console.log(await pool.map(square, [1, 2, 3]));
      break;
    case "pending":
      pool.applyAsync(waitForEver);
      pool.mapAsync(squareLater, [1, 2]);
      pool.imap(squareLater, [1, 2, 3]);
      break;
    case "busy":
      await pool.apply(square, [1]);
      pool.applyAsync(spinForEver);
      pool.applyAsync(spinForEver);
      await new Promise((resolve) => setTimeout(resolve, 300));
      break;
    case "awaited later": {
      const result = pool.applyAsync(squareLater, [3]);
      void result.then((value) => console.log(`got ${value}`));
      break;
    }
    case "waited for":
      void pool.applyAsync(squareLater, [4]).wait().then(() => console.log("got it"));
      break;
    case "next":
      void pool.imap(squareLater, [5]).next().then(({ value }) => console.log(`got ${value}`));
      break;
    case "joined":
      pool.applyAsync(squareLater, [4], { callback: (value) => console.log(`got ${value}`) });
      pool.close();
      void pool.join().then(() => console.log("joined"));
      break;
    case "closed":
      pool.applyAsync(waitForEver);
      pool.close();
      break;
    case "timed out":
      await pool.applyAsync(waitForEver).get({ timeout: 50 }).catch(({ name }) =>
        console.log(name)
      );
      break;
    case "garbage":
      // Pools that nobody can reach any more: their children must not add up.
      for (let i = 0; i < 3; i++) await new Pool(1).apply(square, [i]);
      break;
    case "unheard error":
      pool.applyAsync(() => {
        throw new Error("nobody asks");
      });
      console.log(await pool.map(square, [2]));
      break;
    case "exit":
      pool.applyAsync(spinForEver);
      console.log(await pool.apply(square, [3]));
      process.exit(6);
      break;
    case "output":
      await pool.map(say, ["1", "2", "3"], { chunkSize: 3 });
      await pool.terminate();
      break;
    case "ends while idle":
      await pool.apply(square, [1]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      break;
  }
  console.log("main has ended");
}
