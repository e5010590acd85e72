/** Has children of all kinds for ever; says their ids, and waits to be killed. */

import process from "node:process";
import { Pool, Process, setStartMethod } from "../../../mod.ts";

export function spinForEver(): void {
  console.log(process.pid);
  for (;;);
}
export async function waitForEver(): Promise<void> {
  console.log(process.pid);
  await new Promise(() => setInterval(() => {}, 1 << 30));
}
export function pid(): number {
  return process.pid;
}

if (import.meta.main) {
  setStartMethod("process");
  // A pool that nobody can reach any more would end by itself.
  const idle = new Pool(1);
  console.log(await idle.apply(pid));
  for (const target of [spinForEver, waitForEver]) {
    new Process({ target }).start();
    new Process({ target, daemon: true }).start();
    void new Pool(1).apply(target);
  }
  setInterval(() => idle.apply(pid), 1 << 30);
}
