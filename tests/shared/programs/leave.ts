/**
 * Makes shared memory by name, in itself or in a child, does not unlink it, and ends in some way.
 */

import process from "node:process";
import { getContext, SharedMemory, type StartMethod, task } from "../../../mod.ts";

export function make(name: string): void {
  const memory = new SharedMemory({ name, create: true, size: 64 });
  memory.buf[0] = 1;
}
task(import.meta, make);

export async function makeAndWait(name: string): Promise<void> {
  make(name);
  await new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, makeAndWait);

if (import.meta.main) {
  const [end, name, method] = process.argv.slice(2) as [string, string, StartMethod];
  const { Process } = getContext(method);
  const child = new Process({ target: end === "killed child" ? makeAndWait : make, args: [name] });
  if (end.includes("child")) {
    child.start();
    if (end !== "killed child") await child.join();
    // What a child made is there when it has ended.
    if (end !== "killed child") new SharedMemory({ name }).close();
  } else make(name);
  if (end === "error") throw new Error("expected: nobody catches this");
  if (end === "exit" || end === "exit after child") process.exit(3);
  if (end === "killed") setInterval(() => {}, 1 << 30);
  if (end === "killed while busy") { for (;;); }
}
