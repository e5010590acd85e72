/** A pool whose initializer, or whose task, handles a signal. */

import process from "node:process";
import { Pool, setStartMethod } from "../../../mod.ts";
import { addLine, untilLines } from "../../process/scratch.ts";

/** Deno's own way to handle a signal. */
interface DenoSignals {
  addSignalListener(signal: string, handler: () => void): void;
}

export function handle(file: string, how: string): void {
  const clean = (): void => {
    addLine(file, "handled");
    process.exit(7);
  };
  const { Deno } = globalThis as { Deno?: DenoSignals };
  if (how === "deno") Deno!.addSignalListener("SIGTERM", clean);
  else process.on("SIGTERM", clean);
}

export async function handleAndWait(file: string, how: string): Promise<void> {
  handle(file, how);
  await waitForEver(file);
}

export async function waitForEver(file: string): Promise<void> {
  addLine(file, `${process.pid}`);
  await new Promise(() => setInterval(() => {}, 1 << 30));
}

export function spin(file: string): void {
  addLine(file, `${process.pid}`);
  for (;;);
}

if (import.meta.main) {
  setStartMethod("process");
  const [what, file, how = "node"] = process.argv.slice(2) as [string, string, string?];
  const pool = what === "initializer"
    ? new Pool({ processes: 1, initializer: handle, initArgs: [file, how] })
    : new Pool(1);
  const result = what === "spin"
    ? pool.apply(spin, [file])
    : what === "task"
    ? pool.apply(handleAndWait, [file, how])
    : pool.apply(waitForEver, [file]);
  const failed = result.catch((error: Error) => error.name);
  const [pid] = await untilLines(file, 1);
  console.log("begun", pid);
  if (how === "outside") {
    process.kill(Number(pid), "SIGTERM");
    await failed;
  }
  await pool.terminate();
  console.log(await failed);
}
