/**
 * A thread that prints, and a parent that exits as soon as that has ended: how, its argument says.
 */

import { Buffer } from "node:buffer";
import process from "node:process";
import { Event, Pool, Process, setStartMethod } from "../../../mod.ts";

/** Prints on both streams, then says so. */
export function print(printed?: Event): void {
  for (let i = 0; i < 500; i++) {
    console.log(`out ${i}`);
    process.stderr.write(`err ${i}\n`);
  }
  printed?.set();
}

const forEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

export function printAndExit(): void {
  print();
  process.exit(3);
}

export function printAndThrow(): void {
  print();
  throw new Error("expected");
}

export async function printAndWait(printed: Event): Promise<void> {
  print(printed);
  await forEver();
}

export function printAndSpin(printed: Event): void {
  print(printed);
  // Not for ever: Deno does not stop such a thread.
  for (const end = performance.now() + 3000; performance.now() < end;);
}

export async function printInThread(): Promise<void> {
  setStartMethod("worker");
  const child = new Process({ target: print });
  child.start();
  await child.join();
}

export async function printForms(): Promise<void> {
  const { stdout } = process;
  stdout.write("text\n");
  stdout.write(new TextEncoder().encode("bytes\n"));
  stdout.write("\u00e9\n", "utf8");
  stdout.write(Buffer.from("hex\n").toString("hex"), "hex");
  console.log("console");
  stdout.cork();
  stdout.write("corked 1\n");
  stdout.write("corked 2\n");
  stdout.uncork();
  await new Promise<void>((resolve) => stdout.write("", () => resolve()));
  stdout.write("called back\n");
}

/** Has `process.stdout.write` say who was asked to write. */
function patch(who: string): void {
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (text: string | Uint8Array) => boolean;
  stdout.write = (chunk: string | Uint8Array) => write(`${who}: ${chunk}`);
}

export function printPatched(): void {
  patch("THREAD");
  process.stdout.write("hello\n");
}

async function run(what: string): Promise<void> {
  const printed = new Event();
  const start = (target: (printed: Event) => unknown) => {
    const child = new Process({ target, args: [printed] });
    child.start();
    return child;
  };
  switch (what) {
    case "ends":
      return void await start(print).join();
    case "exits":
      return void await start(printAndExit).join();
    case "throws":
      return void await start(printAndThrow).join();
    case "is terminated":
    case "is terminated while it spins":
    case "is killed": {
      const child = start(what === "is terminated while it spins" ? printAndSpin : printAndWait);
      await printed.wait();
      if (what === "is killed") child.kill();
      else child.terminate();
      return void await child.join();
    }
    case "nested": {
      // A daemon may have no children.
      const child = new Process({ target: printInThread, daemon: false });
      child.start();
      return void await child.join();
    }
    case "forms":
      return void await start(printForms).join();
    case "swallowed":
      process.stdout.write = () => true;
      return void await start(print).join();
    case "patched":
      patch("PARENT");
      return void await start(printPatched).join();
  }
  const pool = new Pool(1);
  switch (what) {
    case "pool: close":
      await pool.apply(print);
      pool.close();
      return await pool.join();
    case "pool: terminate":
      await pool.apply(print);
      return await pool.terminate();
    case "pool: terminate busy":
      pool.applyAsync(printAndWait, [printed]);
      await printed.wait();
      return await pool.terminate();
    case "pool: abort": {
      const controller = new AbortController();
      pool.applyAsync(printAndWait, [printed], { signal: controller.signal });
      await printed.wait();
      controller.abort();
      return await pool.terminate();
    }
  }
  throw new Error(`There is no ${what}`);
}

if (import.meta.main) {
  setStartMethod("worker");
  await run(process.argv[2]!);
  process.exit(0);
}
