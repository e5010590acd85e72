/**
 * Gives up the rights of root, and goes on with children that share memory. Prints what they do.
 */

import process from "node:process";
import { Manager, Pool, Process, Queue, setStartMethod, Value } from "../../../mod.ts";

/** The user that nobody is: `nobody`. */
const nobody = 65_534;

export async function add(value: Value, queue: Queue<number>, bytes: Uint8Array): Promise<void> {
  value.value++;
  await queue.put(bytes.length);
}

/** Has a child of its own. */
export async function addInChild(value: Value, queue: Queue<number>): Promise<void> {
  const child = new Process({ target: add, args: [value, queue, new Uint8Array(1)] });
  child.start();
  await child.join();
}

export const user = (): number => process.getuid!();

if (import.meta.main) {
  setStartMethod("process");
  const [what] = process.argv.slice(2);
  const early = what === "value" ? new Value("i", 0) : undefined;
  if (what === "pool") {
    await using pool = new Pool(1);
    console.log(await pool.apply(user));
  }
  process.setgid!(nobody);
  process.setuid!(nobody);
  const value = early ?? new Value("i", 0);
  const queue = new Queue<number>();
  // Large enough to be handed over in a file.
  const child = new Process({ target: add, args: [value, queue, new Uint8Array(3_000_000)] });
  child.start();
  const nested = new Process({ target: addInChild, args: [value, queue] });
  nested.start();
  const sizes = [await queue.get(), await queue.get()];
  for (const each of [child, nested]) await each.join();
  console.log(...sizes.sort(), child.exitCode, nested.exitCode, value.value);
  await using pool = new Pool(2);
  console.log(...await pool.map(user, [1, 2]));
  await using manager = new Manager();
  console.log(await manager.list([1, 2]).length());
}
