/** What other children do with a primitive. */

import process from "node:process";
import {
  type Acquirable,
  type AcquireOptions,
  type AcquireSyncOptions,
  Barrier,
  Event,
  getContext,
  type Lock,
  type RLock,
  type Semaphore,
  type StartMethod,
  task,
} from "../../mod.ts";
import { type Form, pause } from "../fixtures.ts";

export function acquire(lock: Acquirable, options?: AcquireOptions): Promise<boolean> {
  return lock.acquire(options);
}
task(import.meta, acquire);

export function acquireSync(lock: Acquirable, options?: AcquireSyncOptions): boolean {
  return lock.acquireSync(options);
}
task(import.meta, acquireSync);

/** Waits in the given form, and gives when that began and ended, and whether it succeeded. */
export async function acquireTimed(
  lock: Acquirable,
  form: Form,
  options?: AcquireSyncOptions,
): Promise<{ acquired: boolean; milliseconds: number }> {
  const begun = performance.now();
  const acquired = form === "sync" ? lock.acquireSync(options) : await lock.acquire(options);
  return { acquired, milliseconds: performance.now() - begun };
}
task(import.meta, acquireTimed);

export function tryAcquire(lock: Acquirable): boolean {
  return lock.tryAcquire();
}
task(import.meta, tryAcquire);

export function release(lock: Acquirable): void {
  lock.release();
}
task(import.meta, release);

export async function releaseLater(lock: Acquirable, milliseconds: number): Promise<void> {
  await pause(milliseconds);
  lock.release();
}
task(import.meta, releaseLater);

/** What a wait was rejected with that is aborted after some time. */
export async function abortLater(
  lock: Acquirable,
  milliseconds: number,
  reason: string,
): Promise<unknown> {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), milliseconds);
  return await lock.acquire({ signal: controller.signal }).then(
    (acquired) => ({ acquired }),
    (error) => ({ reason: error }),
  );
}
task(import.meta, abortLater);

export function getValue(semaphore: Semaphore): number {
  return semaphore.getValue();
}
task(import.meta, getValue);

export function isAbandoned(lock: Lock | RLock): boolean {
  return lock.abandoned;
}
task(import.meta, isAbandoned);

export function set(event: Event): void {
  event.set();
}
task(import.meta, set);

export async function setLater(event: Event, milliseconds: number): Promise<void> {
  await pause(milliseconds);
  event.set();
}
task(import.meta, setLater);

export function clear(event: Event): void {
  event.clear();
}
task(import.meta, clear);

export function isSet(event: Event): boolean {
  return event.isSet();
}
task(import.meta, isSet);

/** Sets the flag and clears it at once. */
export async function pulseLater(event: Event, milliseconds: number): Promise<void> {
  await pause(milliseconds);
  event.set();
  event.clear();
}
task(import.meta, pulseLater);

export async function waitIn(
  event: Event,
  form: Form,
  options?: { timeout?: number },
): Promise<boolean> {
  return form === "sync" ? event.waitSync(options) : await event.wait(options);
}
task(import.meta, waitIn);

/** Waits for an event in the given form; that it is about to, it tells by a semaphore. */
export async function waitTelling(event: Event, form: Form, here: Semaphore): Promise<boolean> {
  here.release();
  return form === "sync" ? event.waitSync() : await event.wait();
}
task(import.meta, waitTelling);

/** Acquires in the given form; that it is about to, it tells by a semaphore. */
export async function acquireTelling(
  lock: Acquirable,
  form: Form,
  here: Semaphore,
): Promise<boolean> {
  here.release();
  return form === "sync" ? lock.acquireSync() : await lock.acquire();
}
task(import.meta, acquireTelling);

export function echo<T>(value: T): T {
  return value;
}
task(import.meta, echo);

/** What a primitive is in another child. */
export function kindOf(value: object): string {
  return value.constructor.name;
}
task(import.meta, kindOf);

/** Whether all that is in a message twice is one object there. */
export function areSame(values: unknown[]): boolean {
  return values.every((value) => value === values[0]);
}
task(import.meta, areSame);

/** Something that holds locks in every way in which a value can be held. */
export interface Nest {
  readonly map: Map<string, { list: Lock[] }>;
  readonly keys: Map<Lock, number>;
  readonly set: Set<Lock>;
  readonly error: Error & { lock?: Lock };
}

/** The locks of a nest. */
export function locksOf({ map, keys, set, error }: Nest): unknown[] {
  const cause = error.cause as { lock: Lock };
  return [map.get("a")!.list[0], keys.keys().next().value, [...set][0], error.lock, cause.lock];
}

/** Whether each lock of a nest is held, as a child sees that; then it releases the lock. */
export function releaseNest(nest: Nest): boolean[] {
  const locks = locksOf(nest) as Lock[];
  const held = locks.map((lock) => !lock.tryAcquire());
  locks[0]!.release();
  return held;
}
task(import.meta, releaseNest);

/** Makes a lock that its maker holds. */
export function makeHeldLock(method: StartMethod): Lock {
  const lock = new (getContext(method).Lock)();
  lock.tryAcquire();
  return lock;
}
task(import.meta, makeHeldLock);

/** Has a child of the given method acquire what this child holds, after this child releases it. */
export async function passToChild(
  method: StartMethod,
  lock: Acquirable,
  done: Semaphore,
): Promise<number | null> {
  const { Process } = getContext(method);
  const child = new Process({ target: acquireAndTell, args: [lock, done] });
  child.start();
  await child.join();
  return child.exitCode;
}
task(import.meta, passToChild);

export async function acquireAndTell(lock: Acquirable, done: Semaphore): Promise<void> {
  using _ = await lock.hold({ timeout: 20_000 });
  done.release();
}
task(import.meta, acquireAndTell);

/** Passes it on until `depth` is 0; the last one acquires it. */
export async function passDown(
  method: StartMethod,
  depth: number,
  lock: Acquirable,
  done: Semaphore,
): Promise<void> {
  if (depth === 0) return await acquireAndTell(lock, done);
  const { Process } = getContext(method);
  const child = new Process({ target: passDown, args: [method, depth - 1, lock, done] });
  child.start();
  await child.join();
}
task(import.meta, passDown);

/** Shares a lock of the other method with children of its own; gives how often they had it. */
export async function shareAmongOwn(method: StartMethod): Promise<number> {
  const { Lock, Semaphore, Process } = getContext(method);
  const [lock, done] = [new Lock(), new Semaphore(0)];
  await lock.acquire();
  const children = [1, 2].map(() => new Process({ target: acquireAndTell, args: [lock, done] }));
  for (const child of children) child.start();
  lock.release();
  for (const child of children) await child.join();
  return done.getValue();
}
task(import.meta, shareAmongOwn);

/** Acquires it and ends, in the given way. */
export async function acquireAndEnd(
  lock: Acquirable,
  form: Form,
  way: "return" | "exit" | "throw",
): Promise<void> {
  if (form === "sync") lock.acquireSync();
  else await lock.acquire();
  if (way === "exit") process.exit(0);
  if (way === "throw") throw new Error("expected: thrown with a lock held");
}
task(import.meta, acquireAndEnd);

/** Acquires it, tells so, and stays. */
export async function acquireAndStay(
  lock: Acquirable,
  form: Form,
  here: Semaphore,
): Promise<void> {
  if (form === "sync") lock.acquireSync();
  else await lock.acquire();
  here.release();
  await new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, acquireAndStay);

const kept: object[] = [];

/** Keeps what it is given for later calls; gives the numbers under which. */
export function keep(values: object[]): number[] {
  return values.map((value) => kept.push(value) - 1);
}
task(import.meta, keep);

export function acquireKept(number: number): Promise<boolean> {
  return (kept[number] as Acquirable).acquire();
}
task(import.meta, acquireKept);

export function tryAcquireAndRelease(lock: Acquirable): void {
  if (!lock.tryAcquire()) throw new Error("Cannot acquire it");
  lock.release();
}
task(import.meta, tryAcquireAndRelease);

export async function acquireTwiceAndEnd(
  lock: RLock,
  form: Form,
  way: "return" | "exit" | "throw",
): Promise<void> {
  lock.tryAcquire();
  await acquireAndEnd(lock, form, way);
}
task(import.meta, acquireTwiceAndEnd);

/** Makes a primitive of the given class and start method. */
export function makeIn(method: StartMethod, name: string): object {
  const context = getContext(method);
  switch (name) {
    case "Lock":
      return new context.Lock();
    case "RLock":
      return new context.RLock();
    case "Semaphore":
      return new context.Semaphore(1);
    case "BoundedSemaphore":
      return new context.BoundedSemaphore(1);
    case "Event":
      return new context.Event();
    case "Condition":
      return new context.Condition();
  }
  return new context.Barrier(2);
}
task(import.meta, makeIn);

/** Changes a primitive's state, as others will see. */
export function change(primitive: object): void {
  if (primitive instanceof Event) primitive.set();
  else if (primitive instanceof Barrier) primitive.abort();
  else if (!(primitive as Acquirable).tryAcquire()) throw new Error("Cannot acquire it");
}
task(import.meta, change);

/** Whether somebody has changed it; a lock is not to be held by who asks. */
export function changed(primitive: object): boolean {
  if (primitive instanceof Event) return primitive.isSet();
  if (primitive instanceof Barrier) return primitive.broken;
  const lock = primitive as Acquirable;
  const isFree = lock.tryAcquire();
  if (isFree) lock.release();
  return !isFree;
}
task(import.meta, changed);

/** Takes back what `change` did, in the same child. */
export function undo(primitive: object): void {
  if (primitive instanceof Event) primitive.clear();
  else if (primitive instanceof Barrier) primitive.reset();
  else (primitive as Acquirable).release();
}
task(import.meta, undo);

export function throwWith(lock: Lock): never {
  throw Object.assign(new RangeError("expected: thrown with a lock"), { lock });
}
task(import.meta, throwWith);

export async function acquireKwargs(
  { lock, done }: { lock: Acquirable; done: Semaphore },
): Promise<void> {
  await acquireAndTell(lock, done);
}
task(import.meta, acquireKwargs);

/**
 * Has children of the other start method share a lock; tells by a semaphore how often they had it.
 */
export async function shareAndTell(method: StartMethod, done: Semaphore): Promise<void> {
  const times = await shareAmongOwn(method);
  for (let i = 0; i < times; i++) done.release();
}
task(import.meta, shareAndTell);

/** Exits with a lock in its hands. */
export function exitHolding(lock: Acquirable): never {
  lock.acquireSync({ timeout: 20_000 });
  process.exit(3);
}
task(import.meta, exitHolding);
