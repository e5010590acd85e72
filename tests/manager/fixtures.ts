/** What children do with managed objects. */

import process from "node:process";
import { currentProcess, type Event, type EventProxy, type LockProxy, task } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { CounterError } from "./registered.ts";

// deno-lint-ignore no-explicit-any -- a proxy of any type.
type AnyProxy = any;

/** Calls a method of a proxy here. */
export async function ask(
  proxy: AnyProxy,
  method: string,
  ...args: readonly unknown[]
): Promise<unknown> {
  return await proxy[method](...args);
}
task(import.meta, ask);

/** Reads a property here that is a promise. */
export async function read(proxy: AnyProxy, name: string): Promise<unknown> {
  return await proxy[name];
}
task(import.meta, read);

/** Assigns a property, and ends at once. */
export function assign(proxy: AnyProxy, name: string, value: unknown): void {
  proxy[name] = value;
}
task(import.meta, assign);

/** Acquires something, says so, and stays until the child is killed. */
export async function acquireAndStay(lock: LockProxy, here: EventProxy): Promise<void> {
  await lock.acquire();
  await here.set();
  await pause(60_000);
}
task(import.meta, acquireAndStay);

/** Acquires something, and ends without a release. */
export async function acquireAndEnd(lock: LockProxy): Promise<void> {
  await lock.acquire();
}
task(import.meta, acquireAndEnd);

/** Waits by a method, says so before, and is killed meanwhile. */
export async function sayAndCall(
  here: EventProxy,
  proxy: AnyProxy,
  method: string,
  ...args: readonly unknown[]
): Promise<void> {
  const called = proxy[method](...args);
  await here.set();
  await called;
}
task(import.meta, sayAndCall);

/** Waits for a condition, and says what that gave. */
export async function waitUnder(
  condition: AnyProxy,
  here: EventProxy,
  options: object,
): Promise<boolean> {
  using _ = await condition.hold();
  const waited = condition.wait(options);
  await here.set();
  return await waited;
}
task(import.meta, waitUnder);

export function double(x: number): number {
  return 2 * x;
}
task(import.meta, double);

/** The name of the child that this runs in. */
export function nameHere(): string {
  return currentProcess().name;
}
task(import.meta, nameHere);

/** What a list is sorted by. */
export function byRank(item: { readonly rank: number }): number {
  return item.rank;
}
task(import.meta, byRank);

/** Counts up, one at a time. */
export async function addUnder(lock: AnyProxy, count: AnyProxy, rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    using _ = await lock.hold();
    count.value = await count.value + 1;
  }
}
task(import.meta, addUnder);

/** Fails, with all that an error can have. */
export function fail(): never {
  throw new RangeError("expected: the fixture failed");
}
task(import.meta, fail);

/** Puts items, one after the other. */
export async function putAll(queue: AnyProxy, items: readonly unknown[]): Promise<void> {
  for (const item of items) await queue.put(item);
}
task(import.meta, putAll);

/** Calls methods, each on what the one before gave. */
export async function along(
  proxy: AnyProxy,
  calls: readonly (readonly [method: string, ...args: unknown[]])[],
): Promise<unknown> {
  let at = proxy;
  for (const [method, ...args] of calls) at = await at[method](...args);
  return at;
}
task(import.meta, along);

export function giveBack(value: unknown): unknown {
  return value;
}
task(import.meta, giveBack);

/** Appends numbers without waiting, and tells what the list's length was after each. */
export async function appendMany(
  list: AnyProxy,
  name: string,
  count: number,
): Promise<readonly string[]> {
  const appended = Array.from({ length: count }, (_, i) => list.append(`${name} ${i}`));
  await Promise.all(appended);
  return await list.copy();
}
task(import.meta, appendMany);

export async function sleep(milliseconds: number): Promise<void> {
  await pause(milliseconds);
}
task(import.meta, sleep);

/** Ends the child that it runs in. */
export function exit(code: number): never {
  process.exit(code);
}
task(import.meta, exit);

/** Fails with an error of a registered class. */
export function failAsCounter(count: number): never {
  throw new CounterError("expected: in a task", count);
}
task(import.meta, failAsCounter);

let told: unknown;

/** What a worker is told at its start. */
export function remember(what: unknown): void {
  told = what;
}
task(import.meta, remember);

export function remembered(): unknown {
  return told;
}
task(import.meta, remembered);

/** Maps by a pool, in whatever child this is called. */
export async function mapIn(pool: AnyProxy, numbers: readonly number[]): Promise<number[]> {
  return await pool.map(double, numbers);
}
task(import.meta, mapIn);

/** Assigns a property when it is told to, and ends at once. */
export async function assignWhen(
  proxy: AnyProxy,
  name: string,
  value: unknown,
  ready: Event,
  go: Event,
): Promise<void> {
  await proxy[name];
  ready.set();
  await go.wait();
  proxy[name] = value;
}
task(import.meta, assignWhen);
