/** What children do, and have done to them, in the rounds of `programs/surroundings.ts`. */

import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { currentProcess, type Queue, SharedMemory, task, type Value } from "../../mod.ts";

/** What a task does. */
export type Deed =
  | "quick"
  | "slow"
  | "print"
  | "big"
  | "throw"
  | "put"
  | "get"
  | "memory"
  | "devour"
  | "exit"
  | "rejection"
  | "handle"
  | "send"
  | "SIGKILL"
  | "hang"
  | "spin";

/** One task. */
export interface Step {
  readonly id: number;
  readonly deed: Deed;
  readonly queue: Queue<number> | undefined;
  readonly value: Value<"i"> | undefined;
  /** A name of shared memory that no other task has. */
  readonly name: string;
}

const hang = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Memory of a name, for a moment. Who is killed in it leaves the name to its program. */
async function useMemory(name: string): Promise<void> {
  using memory = new SharedMemory({ create: true, size: 100_000, name });
  memory.buf.fill(1);
  await pause(1);
  memory.unlink();
}

/** Takes memory until there is none, or 64 MB; who finds none left here is the one to be killed. */
function devour(): number {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < 64; i++) blocks.push(new Uint8Array(1 << 20).fill(i));
  return blocks.length;
}

/** Ends a moment after SIGTERM has asked for it. */
async function handle(): Promise<void> {
  process.once("SIGTERM", () => setTimeout(() => process.exit(7), 20));
  await pause(30);
}

/** Says something on the runtime's channel, as for a process manager. */
function send(): void {
  // A thread has none, and is told so on Deno by an exception.
  if (!isMainThread) return;
  process.send?.("ready");
  process.send?.({ type: "ready", bytes: new Uint8Array(3) });
}

/** Does one step; what it gives is twice its id. */
export async function act({ id, deed, queue, value, name }: Step): Promise<number> {
  switch (deed) {
    case "slow":
      await pause(id % 40);
      break;
    case "print":
      for (let i = 0; i < 3; i++) console.log(`expected: ${currentProcess().name} prints ${i}`);
      break;
    case "big":
      await pause(new Uint8Array(300_000).fill(id).length % 2);
      break;
    case "throw":
      throw new RangeError(`expected of ${id}`);
    case "put":
      await queue?.put(id, { timeout: 1000 });
      if (value !== undefined) value.value++;
      break;
    case "get":
      await queue?.get({ timeout: 50 });
      break;
    case "memory":
      await useMemory(name);
      break;
    case "devour":
      devour();
      break;
    case "exit":
      return process.exit(3);
    case "rejection":
      void Promise.reject(new RangeError("expected: rejected outside the task"));
      return await hang();
    case "handle":
      await handle();
      break;
    case "send":
      send();
      break;
    case "SIGKILL":
      process.kill(process.pid, "SIGKILL");
      return await hang();
    case "hang":
      return await hang();
    case "spin":
      // Deno never stops a thread that does not yield.
      for (const end = performance.now() + 100; performance.now() < end;);
      return await hang();
  }
  return 2 * id;
}
task(import.meta, act);

/** How an initializer ends. */
export type Beginning = "return" | "throw" | "exit" | "exit soon" | "hang";

/** An initializer. */
export function begin(how: Beginning): unknown {
  if (how === "throw") throw new RangeError("expected of the initializer");
  if (how === "exit") process.exit(4);
  if (how === "exit soon") setTimeout(() => process.exit(5), 15);
  return how === "hang" ? hang() : undefined;
}
task(import.meta, begin);
