/** What other children do with shared values. */

import {
  type Acquirable,
  getContext,
  Lock,
  RawArray,
  RawValue,
  type Semaphore,
  SharedArray,
  SharedMemory,
  type StartMethod,
  task,
  Value,
} from "../../mod.ts";

export function identity(value: unknown): unknown {
  return value;
}
task(import.meta, identity);

export function read(value: Value | RawValue): number {
  return value.value;
}
task(import.meta, read);

/** Sets a value, and gives what it was. */
export function set<T>(value: { value: T }, to: T): T {
  const before = value.value;
  value.value = to;
  return before;
}
task(import.meta, set);

/** Writes one element, and gives them all. */
export function setAt<T>(array: { [index: number]: T } & Iterable<T>, index: number, to: T): T[] {
  array[index] = to;
  return [...array];
}
task(import.meta, setAt);

/** Which of our classes a value is of. */
export function classesOf(value: unknown): string[] {
  const all = { Value, RawValue, SharedArray, RawArray, SharedMemory, Int32Array, Uint8Array };
  return Object.entries(all).filter(([, cls]) => value instanceof cls).map(([name]) => name);
}
task(import.meta, classesOf);

/** Adds 1 so many times, each under the lock. */
export function count(value: Value, times: number): void {
  for (let i = 0; i < times; i++) {
    const hold = value.holdSync();
    value.value += 1;
    hold[Symbol.dispose]();
  }
}
task(import.meta, count);

export async function countAsync(value: Value, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    using _ = await value.hold();
    value.value += 1;
  }
}
task(import.meta, countAsync);

export function countInArray(array: SharedArray, index: number, times: number): void {
  for (let i = 0; i < times; i++) {
    using _ = array.holdSync();
    array[index]! += 1;
  }
}
task(import.meta, countInArray);

/** Adds under a lock that is given beside the value. */
export function countUnder(lock: Acquirable, value: RawValue, times: number): void {
  for (let i = 0; i < times; i++) {
    using _ = lock.holdSync();
    value.value += 1;
  }
}
task(import.meta, countUnder);

/** Whether the locks of these are free, as seen from here. */
export function areFree(...all: readonly { getLock(): Acquirable }[]): boolean[] {
  return all.map((each) => {
    const lock = each.getLock();
    const isFree = lock.tryAcquire();
    if (isFree) lock.release();
    return isFree;
  });
}
task(import.meta, areFree);

/** Holds the lock until told otherwise. */
export async function holdUntil(value: Value, held: Semaphore, end: Semaphore): Promise<void> {
  using _ = await value.hold();
  held.release();
  await end.acquire();
}
task(import.meta, holdUntil);

/** Says that it is there, and holds the lock for a moment. */
export async function holdArray(array: SharedArray, here: Semaphore): Promise<void> {
  here.release();
  using _ = await array.hold();
}
task(import.meta, holdArray);

/** The first and the last element, of which the first is changed then. */
export function ends(array: SharedArray<"d">, index: number, to: number): (number | undefined)[] {
  const found = [array[index], array.at(-1)];
  array[index] = to;
  return found;
}
task(import.meta, ends);

/** A value that is made in this child. */
export function makeValue(method: StartMethod, initial: number): Value {
  return new (getContext(method).Value)("i", initial);
}
task(import.meta, makeValue);

export function makeArray(method: StartMethod, values: number[]): SharedArray<"d"> {
  return new (getContext(method).SharedArray)("d", values);
}
task(import.meta, makeArray);

export function lockIsALock(value: Value): boolean {
  return value.getLock() instanceof Lock;
}
task(import.meta, lockIsALock);

/** Writes to memory by its handle, and gives what was there. */
export function setByte(memory: SharedMemory, index: number, to: number): number {
  const before = memory.buf[index]!;
  memory.buf[index] = to;
  return before;
}
task(import.meta, setByte);

/** The same by its name. */
export function setByteOf(name: string, index: number, to: number): number {
  using memory = new SharedMemory({ name });
  return setByte(memory, index, to);
}
task(import.meta, setByteOf);

/** Closes what came, and says so. */
export function close(memory: SharedMemory): string {
  memory.close();
  return memory.name;
}
task(import.meta, close);

export function unlink(memory: SharedMemory): void {
  memory.unlink();
}
task(import.meta, unlink);

export function makeMemory(method: StartMethod, size: number): SharedMemory {
  const memory = new (getContext(method).SharedMemory)({ create: true, size });
  memory.buf.fill(7);
  return memory;
}
task(import.meta, makeMemory);

/** The message of what goes wrong. */
export function failureOf(name: string): string {
  try {
    new SharedMemory({ name }).close();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
task(import.meta, failureOf);
