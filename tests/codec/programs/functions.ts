/** Functions of a main module that still runs travel as values, to children and home again. */

import process from "node:process";
import type * as all from "../../../mod.ts";
import { getContext, type StartMethod } from "../../../mod.ts";

const helper = (x: number): number => x * 2;
export const double = (x: number): number => helper(x);
export function callEach(functions: Map<string, (x: number) => number>, x: number): number[] {
  return [...functions.values()].map((fn) => fn(x));
}
export const echo = <T>(value: T): T => value;
export const isOwn = (fn: unknown): boolean => fn === double;

let given: unknown;
export const initialize = (fn: unknown): void => void (given = fn);
export const wasGiven = (): boolean => given === double;

let acted = 0;
export function act(): void {
  acted++;
}
export async function meet(barrier: all.Barrier, queue: all.Queue<number>): Promise<void> {
  for (let i = 0; i < 20; i++) await barrier.wait();
  await queue.put(acted);
}
export async function pass(input: all.Queue<unknown>, output: all.Queue<unknown>): Promise<void> {
  await output.put(await input.get());
}
export async function reply(connection: all.Connection): Promise<void> {
  const { fn } = await connection.recv() as { fn: typeof double };
  await connection.send([fn(4), fn]);
}

async function main(method: StartMethod): Promise<void> {
  const c = getContext(method);
  await using pool = new c.Pool({ processes: 2, initializer: initialize, initArgs: [double] });
  console.log("argument", await pool.apply(callEach, [new Map([["a", double]]), 4]));
  console.log("identity there", await pool.apply(isOwn, [double]));
  console.log("initArgs", await pool.apply(wasGiven));
  console.log("result", (await pool.apply(echo, [{ deep: [double] }])).deep[0] === double);
  console.log("target's own", await pool.apply(echo, [echo]) === echo);

  const [input, output] = [new c.Queue<unknown>(), new c.Queue<unknown>()];
  const passing = new c.Process({ target: pass, args: [input, output] });
  passing.start();
  await input.put([double]);
  console.log("item", (await output.get() as unknown[])[0] === double);
  await passing.join();

  const [here, there] = c.Pipe();
  const replying = new c.Process({ target: reply, args: [there] });
  replying.start();
  await here.send({ fn: double });
  const [result, fn] = await here.recv() as [number, unknown];
  console.log("message", result, fn === double);
  await replying.join();

  const barrier = new c.Barrier(2, { action: act });
  const counts = new c.Queue<number>();
  const parties = [1, 2].map(() => new c.Process({ target: meet, args: [barrier, counts] }));
  for (const party of parties) party.start();
  console.log("action", await counts.get() + await counts.get());
  for (const party of parties) await party.join();

  await using manager = new c.Manager();
  const dict = manager.dict<string, unknown>();
  await dict.set("fn", double);
  console.log("managed", await dict.get("fn") === double);
}

if (import.meta.main) await main(process.argv[2] as StartMethod);
