/** Random scripts that several children run at the same time on the same primitives. */

import {
  type Acquirable,
  type Barrier,
  BrokenBarrierError,
  type Condition,
  type RawArray,
  task,
  TimeoutError,
} from "../../mod.ts";
import { pause, spin } from "../fixtures.ts";

/** How one task of a child acquires something once, and what it does with it. */
export interface Op {
  readonly way: "acquire" | "hold" | "sync" | "try";
  /** In milliseconds. */
  readonly timeout?: number | undefined;
  /** After how many milliseconds it is aborted; at 0 in the next microtask. */
  readonly abortAfter?: number | undefined;
  readonly holdFor: "nothing" | "spin" | "turn" | "millisecond";
  readonly pauseBefore: boolean;
}

/** Counters in shared memory. */
export type Counters = RawArray<"i">;
const insideAt = 0;
const totalAt = 1;
const arrivedAt = 2;
const waitingAt = 3;
const toldAt = 4;

/** What a child has seen. */
export interface Report {
  readonly taken: number;
  /** What must not be. */
  readonly problems: string[];
}

/**
 * Waits until all have come, so that they begin together; not for ever, as nothing depends on it.
 */
async function meet(counters: Counters, children: number): Promise<void> {
  Atomics.add(counters, arrivedAt, 1);
  const begun = performance.now();
  while (Atomics.load(counters, arrivedAt) < children && performance.now() - begun < 50) {
    await pause(0);
  }
}

/** Does what it says, one task beside the other, each one's steps one after the other. */
export async function runScript(
  lock: Acquirable,
  most: number,
  counters: Counters,
  children: number,
  tasks: readonly (readonly Op[])[],
): Promise<Report> {
  const problems: string[] = [];
  let taken = 0;
  const isAlone = tasks.length === 1;
  await meet(counters, children);
  await Promise.all(tasks.map(async (ops) => {
    for (const op of ops) {
      if (op.pauseBefore) await pause(0);
      const release = await enter(lock, op, isAlone, problems);
      if (release === undefined) continue;
      taken++;
      await inside(op, most, counters, problems);
      release();
    }
  }));
  return { taken, problems };
}
task(import.meta, runScript);

const reason = "expected: aborted by the script";

/** Acquires it; gives what releases it, or nothing if that was given up. */
async function enter(
  lock: Acquirable,
  op: Op,
  isAlone: boolean,
  problems: string[],
): Promise<(() => void) | undefined> {
  const { way, timeout, abortAfter } = op;
  const release = () => lock.release();
  if (way === "try") return lock.tryAcquire() ? release : undefined;
  // A thread that blocks for ever while another of its own tasks has the lock would be at fault
  // itself.
  if (way === "sync") {
    const limit = timeout ?? (isAlone ? undefined : 2);
    const got = lock.acquireSync(limit === undefined ? {} : { timeout: limit });
    if (!got && limit === undefined) problems.push("acquireSync gave up without a timeout");
    return got ? release : undefined;
  }
  const controller = new AbortController();
  if (abortAfter === 0) queueMicrotask(() => controller.abort(reason));
  else if (abortAfter !== undefined) setTimeout(() => controller.abort(reason), abortAfter);
  const options = { signal: controller.signal, ...(timeout !== undefined && { timeout }) };
  try {
    if (way === "hold") {
      const hold = await lock.hold(options);
      return () => hold[Symbol.dispose]();
    }
    const got = await lock.acquire(options);
    if (!got && timeout === undefined) problems.push("acquire gave up without a timeout");
    return got ? release : undefined;
  } catch (error) {
    const isAborted = error === reason && abortAfter !== undefined;
    const isLate = error instanceof TimeoutError && timeout !== undefined && way === "hold";
    if (!isAborted && !isLate) problems.push(`${way}: ${error}`);
    return undefined;
  }
}

/** What is done with it: a sum that comes out wrong if two do it at once. */
async function inside(
  { holdFor }: Op,
  most: number,
  counters: Counters,
  problems: string[],
): Promise<void> {
  const now = Atomics.add(counters, insideAt, 1) + 1;
  if (now > most) problems.push(`${now} hold what ${most} can`);
  const before = counters[totalAt]!;
  if (holdFor === "spin") spin(0.1);
  else if (holdFor === "turn") await pause(0);
  else if (holdFor === "millisecond") await pause(1);
  if (most === 1) counters[totalAt] = before + 1;
  else Atomics.add(counters, totalAt, 1);
  Atomics.sub(counters, insideAt, 1);
}

/** Takes and releases it so many times without any pause: two come to it in the same instant. */
export async function hammer(
  lock: Acquirable,
  most: number,
  counters: Counters,
  children: number,
  times: number,
): Promise<Report> {
  const problems: string[] = [];
  await meet(counters, children);
  for (let i = 0; i < times; i++) {
    if (!lock.tryAcquire()) lock.acquireSync();
    const now = Atomics.add(counters, insideAt, 1) + 1;
    if (now > most) problems.push(`${now} hold what ${most} can`);
    Atomics.add(counters, totalAt, 1);
    Atomics.sub(counters, insideAt, 1);
    lock.release();
  }
  return { taken: times, problems: problems.slice(0, 3) };
}
task(import.meta, hammer);

/** How a task waits for a condition. */
export interface ConditionOp {
  readonly do: "wait" | "waitSync" | "notify" | "notifyAll";
  readonly n: number;
  readonly timeout?: number | undefined;
  readonly abortAfter?: number | undefined;
  readonly pauseBefore: boolean;
}

/**
 * Waits and notifies; gives how many of its waits were notified. The counters tell how many were to
 * be.
 */
export async function runConditionScript(
  condition: Condition,
  counters: Counters,
  children: number,
  tasks: readonly (readonly ConditionOp[])[],
): Promise<Report> {
  const problems: string[] = [];
  let taken = 0;
  await meet(counters, children);
  await Promise.all(tasks.map(async (ops) => {
    for (const op of ops) {
      if (op.pauseBefore) await pause(0);
      using _ = await condition.hold();
      if (op.do === "notify" || op.do === "notifyAll") notify(condition, op, counters);
      else if (await waitForNotice(condition, op, counters, problems)) taken++;
    }
  }));
  return { taken, problems };
}
task(import.meta, runConditionScript);

/**
 * With the lock held: those who wait and were not told are counted, so each notice has its number.
 */
function notify(condition: Condition, op: ConditionOp, counters: Counters): void {
  const waiting = counters[waitingAt]!;
  const told = op.do === "notifyAll" ? waiting : Math.min(op.n, waiting);
  counters[waitingAt] = waiting - told;
  counters[toldAt] = counters[toldAt]! + told;
  if (op.do === "notifyAll") condition.notifyAll();
  else condition.notify(op.n);
}

async function waitForNotice(
  condition: Condition,
  { do: way, timeout = 5, abortAfter }: ConditionOp,
  counters: Counters,
  problems: string[],
): Promise<boolean> {
  counters[waitingAt] = counters[waitingAt]! + 1;
  const controller = new AbortController();
  if (abortAfter === 0) queueMicrotask(() => controller.abort(reason));
  else if (abortAfter !== undefined) setTimeout(() => controller.abort(reason), abortAfter);
  let told = false;
  try {
    if (way === "waitSync") told = condition.waitSync({ timeout });
    else told = await condition.wait({ timeout, signal: controller.signal });
  } catch (error) {
    if (error !== reason) problems.push(String(error));
  }
  // It has the lock again: an exclusive sum tells.
  const before = counters[totalAt]!;
  if (Atomics.add(counters, insideAt, 1) !== 0) problems.push("two have the condition's lock");
  spin(0.02);
  counters[totalAt] = before + 1;
  Atomics.sub(counters, insideAt, 1);
  if (!told) counters[waitingAt] = counters[waitingAt]! - 1;
  return told;
}

/** How a party waits at a barrier in one round. */
export interface BarrierOp {
  readonly sync: boolean;
  readonly delay: "none" | "spin" | "turn";
  /** Gives up after so many milliseconds: the round then passes for all, or for nobody. */
  readonly timeout?: number | undefined;
}

/** What a party's rounds came to: its numbers, or -1 where the barrier broke. */
export async function runBarrierScript(
  barrier: Barrier,
  between: Barrier,
  ops: readonly BarrierOp[],
): Promise<number[]> {
  const outcomes: number[] = [];
  // Without blocking: whoever blocks at once may not have told the others yet to come.
  await between.wait();
  for (const { sync, delay, timeout } of ops) {
    if (delay === "spin") spin(0.2);
    else if (delay === "turn") await pause(1);
    const options = timeout === undefined ? {} : { timeout };
    try {
      outcomes.push(sync ? barrier.waitSync(options) : await barrier.wait(options));
    } catch (error) {
      if (!(error instanceof BrokenBarrierError)) throw error;
      outcomes.push(-1);
    }
    // All have left the round before it is mended, and it is mended before anyone begins another.
    if (await between.wait() === 0 && barrier.broken) barrier.reset();
    await between.wait();
  }
  return outcomes;
}
task(import.meta, runBarrierScript);
