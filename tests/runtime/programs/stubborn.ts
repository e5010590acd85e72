/** A process that handles SIGTERM: it cleans up for a while, or does not end of it at all. */

import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { Process, Queue, setStartMethod } from "../../../mod.ts";

export async function clean(said: Queue<string>): Promise<void> {
  process.on("SIGTERM", async () => {
    await said.put("cleaning");
    await pause(300);
    process.exit(7);
  });
  await said.put("ready");
  await new Promise(() => setInterval(() => {}, 1 << 30));
}

export async function ignore(said: Queue<string>): Promise<void> {
  process.on("SIGTERM", () => void said.put("again"));
  await said.put("ready");
  await new Promise(() => setInterval(() => {}, 1 << 30));
}

export async function wait(said: Queue<string>): Promise<void> {
  await said.put("ready");
  await new Promise(() => setInterval(() => {}, 1 << 30));
}

const targets = { clean, ignore, plain: wait };

if (import.meta.main) {
  setStartMethod("process");
  const [what, signal] = process.argv.slice(2) as [keyof typeof targets, NodeJS.Signals?];
  const said = new Queue<string>();
  const child = new Process({ target: targets[what], args: [said] });
  child.start();
  await said.get();
  if (what === "clean") {
    child.terminate();
    console.log(await said.get());
  } else if (what === "ignore") {
    child.terminate();
    const first = await said.get();
    child.terminate();
    console.log(first, await said.get());
    child.kill();
  } else process.kill(child.pid!, signal);
  await child.join();
  console.log(child.exitCode);
}
