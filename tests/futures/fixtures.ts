/** What the suites of futures run in workers beside the fixtures of the pool. */

import process from "node:process";
import { Process, task } from "../../mod.ts";
import { ProcessPoolExecutor } from "../../futures.ts";
import { pause } from "../fixtures.ts";
import * as pool from "../pool/fixtures.ts";

/** The id that the system knows this process by. */
export function systemPid(): number {
  return process.pid;
}
task(import.meta, systemPid);

/** As the pool's, and always so long that nothing is sent to its worker ahead. */
export async function waitAtGate(file: string, gate: string, x: number): Promise<number> {
  await pool.waitAtGate(file, gate, x);
  await pause(5);
  return x;
}
task(import.meta, waitAtGate);

/** Leaves a trace, then takes a while. */
export async function traceSlowly(file: string, x: number): Promise<number> {
  pool.trace(file, x);
  await pause(2);
  return x;
}
task(import.meta, traceSlowly);

/**
 * What a call gives that an executor of this worker makes; and a child is left that leaves a trace.
 */
export async function startChildren(file: string, x: number): Promise<number> {
  new Process({ target: traceLate, args: [file, x] }).start();
  await using executor = new ProcessPoolExecutor({ maxWorkers: 1 });
  return await executor.submit(pool.square, x);
}
task(import.meta, startChildren);

/** Leaves a trace later than a worker takes to end that waits for nobody. */
async function traceLate(file: string, x: number): Promise<void> {
  await pause(1300);
  pool.trace(file, x);
}
task(import.meta, traceLate);
