/** Has much done at its end: what is called off, what fails, what asks for more. */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { getContext, Listener, setStartMethod } from "../../../mod.ts";
import { atExit } from "../../../src/runtime/at_exit.ts";
import { writeScript } from "../../../src/runtime/script_file.ts";

setStartMethod("process");
const before = process.listenerCount("exit");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nproc-exit-"));
const isThere = (name: string): boolean => fs.existsSync(path.join(folder, name));

const listeners: Listener[] = [];
for (let i = 0; i < 15; i++) {
  const listener = new Listener({ address: path.join(folder, `${i}`) });
  await listener.address;
  listeners.push(listener);
}
const scripts = Array.from({ length: 15 }, () => writeScript("0"));
const { Process } = getContext();
const children = Array.from({ length: 3 }, () => new Process({ target: () => {} }));
for (const child of children) child.start();
for (const child of children) await child.join();

const order: number[] = [];
atExit(() => order.push(1));
const callOff = atExit(() => order.push(2));
atExit(() => {
  order.push(3);
  atExit(() => order.push(5));
  throw new Error("expected: thrown at the end");
});
atExit(() => order.push(4));
callOff();

const more = process.listenerCount("exit") - before;
process.on("exit", () => {
  const left = [isThere("0"), isThere("14"), ...scripts.map(({ path }) => fs.existsSync(path))];
  console.log(`at most one listener more: ${more <= 1}`);
  console.log(`done in order: ${order}, left behind: ${left.includes(true)}`);
  fs.rmSync(folder, { recursive: true });
});
listeners[0]!.close();
process.exit(0);
