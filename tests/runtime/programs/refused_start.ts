/**
 * Starts children where no descriptors are left, and where there are some again. Prints how they
 * end.
 */

import fs from "node:fs";
import process from "node:process";
import {
  activeChildren,
  Pool,
  Process,
  setStartMethod,
  type StartMethod,
  WorkerLostError,
} from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}

const open = (): number => fs.readdirSync("/proc/self/fd").length;

/** Takes all descriptors but a few. */
function takeAll(): () => void {
  const taken: number[] = [];
  try {
    for (;;) taken.push(fs.openSync("/dev/null", "r"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  for (let left = 2; left > 0; left--) fs.closeSync(taken.pop()!);
  return () => taken.forEach((fd) => fs.closeSync(fd));
}

async function exitCode(): Promise<number | null> {
  const child = new Process({ target: square, args: [2] });
  child.start();
  await child.join();
  return child.exitCode;
}

async function untilNoneLives(): Promise<void> {
  while (activeChildren().length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function processes(): Promise<void> {
  console.log(await exitCode());
  const before = open();
  const giveBack = takeAll();
  const refused = [await exitCode(), await exitCode()];
  giveBack();
  console.log(refused.every((code) => code === 127 || code === 1), open() <= before);
  console.log(await exitCode(), activeChildren().length);
}

/**
 * Deno makes a pair of sockets at the first listener for a signal, and keeps it: the module adds
 * its own at leisure.
 */
function makeSignalSockets(): void {
  const listener = () => {};
  process.on("SIGUSR2", listener);
  process.off("SIGUSR2", listener);
}

async function pools(): Promise<void> {
  makeSignalSockets();
  {
    await using pool = new Pool(1);
    console.log(await pool.apply(square, [2]));
  }
  const before = open();
  const giveBack = takeAll();
  const given = new Pool(2);
  const hopeless = new Pool(2);
  const result = given.apply(square, [3]).catch((error) => error instanceof WorkerLostError);
  const error = await hopeless.apply(square, [3]).catch((error) => error);
  console.log(error instanceof WorkerLostError, error.message.replace(/ as .*/, ""));
  console.log(String(error.cause?.message).replace(/PoolWorker-\d+ as .*/s, "#"));
  console.log(await result);
  giveBack();
  await given.terminate();
  await hopeless.terminate();
  await untilNoneLives();
  console.log(open() <= before);
}

/** A pool whose workers can be started only after a while. */
async function later(): Promise<void> {
  const giveBack = takeAll();
  await using pool = new Pool(1);
  await untilNoneLives();
  giveBack();
  console.log(await pool.apply(square, [3]));
}

if (import.meta.main) {
  const [method, what] = process.argv.slice(2) as [StartMethod, string];
  setStartMethod(method);
  await { processes, pools, later }[what]!();
}
