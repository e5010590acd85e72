/** A pool whose first four workers die, and what the program does with it: its second argument. */

import fs from "node:fs";
import process from "node:process";
import { Pool, setStartMethod, type StartMethod } from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}

export function dieAtFirst(file: string): void {
  fs.appendFileSync(file, "started\n");
  if (fs.readFileSync(file, "utf8").split("\n").length <= 5) process.exit(9);
}

if (import.meta.main) {
  const [, , method, what, file] = process.argv;
  setStartMethod(method as StartMethod);
  const pool = new Pool({ processes: 1, initializer: dieAtFirst, initArgs: [file] });
  // One that was collected would replace nobody.
  Object.assign(globalThis, { pool });
  if (what === "awaited") console.log(await pool.apply(square, [3]));
  if (what === "joined") {
    pool.applyAsync(square, [3]);
    pool.close();
    await pool.join();
    console.log("joined");
  }
  if (what === "idle") {
    while (fs.existsSync(file!) === false || fs.readFileSync(file!, "utf8").length < 32) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log("main has ended");
  }
}
