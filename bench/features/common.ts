/** The claims that are tried in the same way with every library of JavaScript. */

import process from "node:process";
import type { Method } from "../lib/row.ts";
import { judgeError } from "./errors.ts";
import type { Claim, Library, ProbedPool } from "./library.ts";
import type { TaskName } from "./tasks.ts";

/** Milliseconds after which something hangs. */
const patience = 10_000;

const late = Symbol("late");

/** Waits for a time. */
export function sleep(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** What a promise comes to, its error, or `late`. */
async function outcome(
  promise: PromiseLike<unknown>,
): Promise<{ value?: unknown; error?: unknown }> {
  const tooLate = Promise.withResolvers<typeof late>();
  const timer = setTimeout(() => tooLate.resolve(late), patience);
  try {
    return { value: await Promise.race([promise, tooLate.promise]) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a task gives what it should: `answer` if so. */
export async function gives(
  task: PromiseLike<unknown>,
  expected: unknown,
  answer: string = "yes",
): Promise<string> {
  const { value, error } = await outcome(task);
  if (value === late) return "hangs";
  if (error !== undefined) console.error("told:", error);
  return value === expected ? answer : "no";
}

/** Whether a pool still does what it is asked to: "yes" if so. */
async function goesOn(pool: ProbedPool): Promise<string> {
  const { value, error } = await outcome(pool.run("square", 5));
  if (value === late) return "next hangs";
  return error !== undefined ? "next fails" : value === 25 ? "yes" : `next gave ${String(value)}`;
}

/** A task ends its worker: the caller is told, and the next task runs. */
async function dies(library: Library, method: Method, task: TaskName): Promise<string> {
  const pool = await library.open(method, 1);
  await pool.run("square", 2);
  const { value, error } = await outcome(pool.run(task));
  if (value === late) return "hangs";
  if (error === undefined) return `gave ${String(value)}`;
  console.error("told:", error);
  return await goesOn(pool);
}

async function isAlive(pid: number): Promise<boolean> {
  for (const until = performance.now() + patience; performance.now() < until;) {
    try {
      process.kill(pid, 0);
    } catch {
      // There is no such process any more.
      return false;
    }
    await sleep(50);
  }
  return true;
}

/** Whether a thread of this process keeps a core busy: an endless loop that was not ended. */
async function isBusy(): Promise<boolean> {
  await sleep(1500);
  const before = process.cpuUsage();
  await sleep(2000);
  const { user, system } = process.cpuUsage(before);
  console.error(`busy for ${(user + system) / 1000} of 2000 ms`);
  return user + system > 150_000;
}

async function interrupted(library: Library, method: Method): Promise<string> {
  const pool = await library.open(method, 1);
  const pid = await pool.run("pid") as number;
  const { value, error } = await outcome(pool.interrupt());
  if (value === late) return "hangs";
  if (error === undefined) return `gave ${String(value)}`;
  console.error("told:", error);
  const next = await goesOn(pool);
  if (next !== "yes") return next;
  const runsOn = pid === process.pid ? await isBusy() : await isAlive(pid);
  return runsOn ? "loop runs on" : "yes";
}

async function failed(library: Library, method: Method): Promise<string> {
  const pool = await library.open(method, 1);
  const { value, error } = await outcome(pool.run("fail"));
  if (value === late) return "hangs";
  console.error("told:", error);
  return judgeError(error);
}

async function ran(library: Library, method: Method, isClosed: boolean): Promise<string> {
  const pool = await library.open(method, 2);
  const { value, error } = await outcome(pool.run("square", 3));
  if (error !== undefined) throw error;
  if (value === late) return "hangs";
  if (value !== 9) return `gave ${String(value)}`;
  if (isClosed) await pool.close();
  return "yes";
}

/** The claims, for a library. */
export const common: Readonly<Record<string, (library: Library) => Claim>> = {
  runs: (library) => (method) => ran(library, method, true),
  dropped: (library) => (method) => ran(library, method, false),
  exit: (library) => (method) => dies(library, method, "exit"),
  memory: (library) => (method) => dies(library, method, "hog"),
  error: (library) => (method) => failed(library, method),
  endless: (library) => (method) => interrupted(library, method),
};
