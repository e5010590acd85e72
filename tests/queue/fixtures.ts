/** What other children do with a queue. */

import process from "node:process";
import {
  type Acquirable,
  type AcquireOptions,
  type AcquireSyncOptions,
  type Event,
  getContext,
  type JoinableQueue,
  type Queue,
  type RawValue,
  type Semaphore,
  type SimpleQueue,
  type StartMethod,
  task,
} from "../../mod.ts";
import { type Form, pause } from "../fixtures.ts";
import { spinUntil } from "../patience.ts";

export function put(queue: Queue, item: unknown, options?: AcquireOptions): Promise<void> {
  return queue.put(item, options);
}
task(import.meta, put);

export function putAll(queue: Queue, items: readonly unknown[]): void {
  for (const item of items) queue.putSync(item);
}
task(import.meta, putAll);

/** Puts after a while; that it is about to, it tells by a semaphore. */
export async function putLater(
  queue: Queue,
  items: readonly unknown[],
  here: Semaphore,
): Promise<void> {
  here.release();
  await pause(30);
  for (const item of items) await queue.put(item);
}
task(import.meta, putLater);

export function get(queue: Queue, options?: AcquireOptions): Promise<unknown> {
  return queue.get(options);
}
task(import.meta, get);

export function getSync(queue: Queue, options?: AcquireSyncOptions): unknown {
  return queue.getSync(options);
}
task(import.meta, getSync);

export async function getLater(queue: Queue, count: number, here: Semaphore): Promise<unknown[]> {
  here.release();
  await pause(30);
  return await getMany(queue, count);
}
task(import.meta, getLater);

export async function getMany(queue: Queue, count: number): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let i = 0; i < count; i++) items.push(await queue.get());
  return items;
}
task(import.meta, getMany);

/** What is to be known of a queue without changing it. */
export function stateOf(queue: Queue): [size: number, isEmpty: boolean, isFull: boolean] {
  return [queue.qsize(), queue.empty(), queue.full()];
}
task(import.meta, stateOf);

/** Gets in the given form; that it is about to, it tells by a semaphore. */
export async function getTelling(queue: Queue, form: Form, here: Semaphore): Promise<unknown> {
  here.release();
  return form === "sync" ? queue.getSync() : await queue.get();
}
task(import.meta, getTelling);

export async function putTelling(
  queue: Queue,
  item: unknown,
  form: Form,
  here: Semaphore,
): Promise<void> {
  here.release();
  if (form === "sync") queue.putSync(item);
  else await queue.put(item);
}
task(import.meta, putTelling);

export function close(queue: Queue): void {
  queue.close();
}
task(import.meta, close);

/** Passes items on, from one queue to another, until there is a null, which it passes on, too. */
export async function passOn(from: Queue, to: Queue): Promise<number> {
  for (let count = 0;; count++) {
    const item = await from.get();
    await to.put(item);
    if (item === null) return count;
  }
}
task(import.meta, passOn);

export function passOnSync(from: Queue, to: Queue): number {
  for (let count = 0;; count++) {
    const item = from.getSync();
    to.putSync(item);
    if (item === null) return count;
  }
}
task(import.meta, passOnSync);

/** Puts the numbers from `first` on, and ends in the given way; nothing is awaited. */
export function putAndEnd(
  queue: Queue,
  count: number,
  way: "return" | "exit" | "throw" | "kill",
): void {
  for (let i = 0; i < count; i++) void queue.put(i);
  if (way === "exit") process.exit(0);
  if (way === "kill") process.kill(process.pid, "SIGKILL");
  if (way === "throw") throw new Error("expected: thrown after items were put");
}
task(import.meta, putAndEnd);

/** Gets from a queue that came in an item, argument or result. */
export async function getFromWithin(queues: Queue<{ queue: Queue }>): Promise<unknown> {
  const { queue } = await queues.get();
  return await queue.get();
}
task(import.meta, getFromWithin);

/** Makes a queue with items, for the children of a method. */
export function makeQueue(method: StartMethod, items: unknown[]): Queue {
  const queue = new (getContext(method).Queue)();
  for (const item of items) queue.putNoWait(item);
  return queue;
}
task(import.meta, makeQueue);

/** Has a grandchild put. */
export async function putByChild(
  method: StartMethod,
  queue: Queue,
  depth: number,
  item: unknown,
): Promise<void> {
  if (depth === 0) return await queue.put(item);
  const { Process } = getContext(method);
  const child = new Process({ target: putByChild, args: [method, queue, depth - 1, item] });
  child.start();
  await child.join();
}
task(import.meta, putByChild);

/** Puts `[producer, number]` in order. */
export async function produce(
  queue: Queue,
  producer: number,
  count: number,
  form: Form,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (form === "sync") queue.putSync([producer, i]);
    else await queue.put([producer, i]);
  }
}
task(import.meta, produce);

/** Gets until there is a null; gives what it got in its order. */
export async function consume(queue: Queue, form: Form): Promise<unknown[]> {
  const items: unknown[] = [];
  for (;;) {
    const item = form === "sync" ? queue.getSync() : await queue.get();
    if (item === null) return items;
    items.push(item);
  }
}
task(import.meta, consume);

/** Gets by iteration until it has had so many; then closes its end. */
export async function iterate(queue: Queue, count: number): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of queue) {
    if (items.push(item) === count) queue.close();
  }
  return items;
}
task(import.meta, iterate);

/** Gets from a queue, and says so of each that it is done. */
export async function work(queue: JoinableQueue, count: number, delay: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await queue.get();
    await pause(delay);
    queue.taskDone();
  }
}
task(import.meta, work);

export function joinTimed(queue: JoinableQueue, form: Form, timeout?: number): unknown {
  const options = timeout === undefined ? {} : { timeout };
  return form === "sync" ? queue.joinSync(options) : queue.join(options);
}
task(import.meta, joinTimed);

export function taskDone(queue: JoinableQueue): void {
  queue.taskDone();
}
task(import.meta, taskDone);

export function simpleGet(queue: SimpleQueue): Promise<unknown> {
  return queue.get();
}
task(import.meta, simpleGet);

export function simplePut(queue: SimpleQueue, item: unknown): Promise<void> {
  return queue.put(item);
}
task(import.meta, simplePut);

/** What a child of a test that has nothing to do with queues does with an item. */
export type Holder = { readonly lock: Acquirable; readonly event: Event };

/** Gets locks out of a queue, and releases the one and sets the other. */
export async function useHolder(queue: Queue<Holder>): Promise<string[]> {
  const { lock, event } = await queue.get();
  lock.release();
  event.set();
  return [lock.constructor.name, event.constructor.name];
}
task(import.meta, useHolder);

/** A random walk over a queue: tries, waits, gives up. Gives what it put and what it got. */
export interface Deeds {
  readonly put: string[];
  readonly got: string[];
}

/** What a child of the property does, one after the other, or at once. */
export type Deed =
  | { readonly kind: "put"; readonly timeout: number | undefined; readonly abort?: number }
  | { readonly kind: "get"; readonly timeout: number | undefined; readonly abort?: number }
  | { readonly kind: "pause"; readonly milliseconds: number };

/** Does some deeds: those with `at once` are not awaited before the next. */
export async function act(
  queue: Queue<string>,
  name: string,
  deeds: readonly Deed[],
  atOnce: boolean,
): Promise<Deeds> {
  const done: Deeds = { put: [], got: [] };
  const pending: Promise<void>[] = [];
  for (const [index, deed] of deeds.entries()) {
    const promise = doDeed(queue, `${name} ${index}`, deed, done);
    if (atOnce && deed.kind !== "pause") pending.push(promise);
    else await promise;
  }
  await Promise.all(pending);
  return done;
}
task(import.meta, act);

async function doDeed(queue: Queue<string>, item: string, deed: Deed, done: Deeds): Promise<void> {
  if (deed.kind === "pause") return await pause(deed.milliseconds);
  const { kind, timeout, abort } = deed;
  const controller = new AbortController();
  const timer = abort === undefined
    ? undefined
    : setTimeout(() => controller.abort(givenUp), abort);
  const options = { timeout, signal: controller.signal };
  try {
    if (kind === "put") {
      await queue.put(item, options);
      done.put.push(item);
    } else done.got.push(await queue.get(options));
  } catch (error) {
    if (error === givenUp) return;
    const name = kind === "put" ? "Full" : "Empty";
    if (!(error instanceof Error) || error.name !== name) throw error;
  } finally {
    clearTimeout(timer);
  }
}

const givenUp = new Error("expected: given up");

/** Passes a token to and fro, and counts that, until there is a null. */
export async function playBall(
  from: Queue,
  to: Queue,
  count: RawValue,
  form: Form,
): Promise<void> {
  for (;;) {
    const item = form === "sync" ? from.getSync() : await from.get();
    count.value++;
    if (form === "sync") to.putSync(item);
    else await to.put(item);
    if (item === null) return;
  }
}
task(import.meta, playBall);

/** Waits for an item, but is busy until it is told to stop. */
export async function waitBusily(
  queue: Queue,
  here: Semaphore,
  stop: RawValue,
): Promise<unknown> {
  const got = queue.get();
  here.release();
  await pause(20);
  spinUntil(() => stop.value === 1);
  return await got;
}
task(import.meta, waitBusily);

let initial: Queue | undefined;

/** Keeps a queue for later calls. */
export function keep(queue: Queue): void {
  initial = queue;
}
task(import.meta, keep);

export async function getKept(): Promise<unknown> {
  return await initial!.get();
}
task(import.meta, getKept);

export async function useOwn(queue: Queue<{ readonly square: number }>): Promise<number> {
  return (await queue.get()).square;
}
task(import.meta, useOwn);

export async function classNameOf(queue: Queue<{ value: number }>): Promise<[string, number]> {
  const item = await queue.get();
  return [item.constructor.name, item.value];
}
task(import.meta, classNameOf);

/** The classes of what each item holds, as it was put. */
export async function classNamesOf(
  queue: Queue<[{ deep: Map<number, object> }]>,
  count: number,
): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const [{ deep }] = await queue.get();
    names.push(deep.get(1)!.constructor.name);
  }
  return names;
}
task(import.meta, classNamesOf);

/**
 * Tries to get an item, whose module is not loaded here, with the thread blocked; and then
 * otherwise.
 */
export async function getWithoutModule(
  queue: Queue<{ value: number }>,
  told: Queue<string>,
): Promise<void> {
  const gets = {
    getNoWait: () => queue.getNoWait(),
    getSync: () => queue.getSync({ timeout: 10_000 }),
    tryAgain: () => queue.getSync({ block: false }),
  };
  for (const [name, get] of Object.entries(gets)) {
    try {
      get();
      told.putNoWait(`${name} got it`);
    } catch (error) {
      told.putNoWait(`${name}: ${(error as Error).message}`);
    }
  }
  told.putNoWait(`${queue.qsize()} item is there`);
  told.putNoWait(`get: ${(await queue.get()).value}`);
}
task(import.meta, getWithoutModule);

/** Tries to get an item whose module never loads, and tells how that ends. */
export async function getEndless(queue: Queue, told: Queue<string>): Promise<void> {
  for (const options of [{ timeout: 50 }, { signal: AbortSignal.timeout(100) }]) {
    try {
      await queue.get(options);
      told.putNoWait("got it");
    } catch (error) {
      told.putNoWait((error as Error).name);
    }
  }
  await new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, getEndless);

export function triple(x: number): number {
  return 3 * x;
}
task(import.meta, triple);

export async function callItem(
  queue: Queue<(x: number) => number>,
  argument: number,
): Promise<number> {
  return (await queue.get())(argument);
}
task(import.meta, callItem);

/** Passes one item on. */
export async function passOne(from: Queue, to: Queue): Promise<void> {
  await to.put(await from.get());
}
task(import.meta, passOne);
