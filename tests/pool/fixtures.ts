/** What the suites of the pool run in its workers: tasks, so that no child imports a test file. */

import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import fs from "node:fs";
import type { RecordableHistogram } from "node:perf_hooks";
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { currentProcess, registerClass, task, transfer } from "../../mod.ts";
import { pause, spin } from "../fixtures.ts";
import { addLine, linesIn } from "../process/scratch.ts";

const forEver = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

export function square(x: number): number {
  return x ** 2;
}
task(import.meta, square);

export function add(a: number, b: number): number {
  return a + b;
}
task(import.meta, add);

export async function squareLater(x: number): Promise<number> {
  await pause(0);
  return x ** 2;
}
task(import.meta, squareLater);

export function identity(value: unknown): unknown {
  return value;
}
task(import.meta, identity);

export function listArguments(...args: unknown[]): unknown[] {
  return args;
}
task(import.meta, listArguments);

/** What `scale` takes behind a number. */
export interface Scale {
  factor: number;
}

export function scale(x: number, { factor }: Scale): number {
  return x * factor;
}
task(import.meta, scale);

export function nothing(): void {}
task(import.meta, nothing);

/** The id of the worker that runs it. */
export function workerPid(): number {
  return currentProcess().pid!;
}
task(import.meta, workerPid);

export function workerName(): string {
  return currentProcess().name;
}
task(import.meta, workerName);

export class ShapeError extends Error {
  override name = "ShapeError";
  readonly corners: number;
  constructor(message: string, corners: number, options?: ErrorOptions) {
    super(message, options);
    this.corners = corners;
  }
}
registerClass(import.meta, ShapeError);

export class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
registerClass(import.meta, Point);

export function mirror(point: Point): Point {
  if (!(point instanceof Point)) throw new Error("no Point has arrived");
  return new Point(point.y, point.x);
}
task(import.meta, mirror);

export function throwRangeError(message: string): never {
  throw new RangeError(message);
}
task(import.meta, throwRangeError);

export function throwShapeError(message: string): never {
  throw new ShapeError(message, 5, { cause: new TypeError("the cause") });
}
task(import.meta, throwShapeError);

export function throwAggregate(): never {
  throw new AggregateError([new RangeError("one"), new ShapeError("two", 2)], "several");
}
task(import.meta, throwAggregate);

export function throwValue(value: unknown): never {
  throw value;
}
task(import.meta, throwValue);

export function throwOdd(x: number): number {
  if (x % 2 === 1) throw new RangeError(`${x} is odd`);
  return x;
}
task(import.meta, throwOdd);

export async function rejectLater(message: string): Promise<never> {
  await null;
  throw new RangeError(message);
}
task(import.meta, rejectLater);

export function giveFunction(): unknown {
  return { options: { callback: () => {} } };
}
task(import.meta, giveFunction);

export function byteLength(bytes: Uint8Array): number {
  return bytes.byteLength;
}
task(import.meta, byteLength);

/** Moves its result, and tells in it whether it was moved before. */
export function movedBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(7);
  return transfer(bytes, [bytes.buffer]);
}
task(import.meta, movedBytes);

/** Leaves a trace of its run, and gives `x`. */
export function trace(file: string, x: number): number {
  addLine(file, x);
  return x;
}
task(import.meta, trace);

/** Traces its worker, and ends when the gate has a line, or when both files are gone. */
export async function waitAtGate(file: string, gate: string, x: number): Promise<number> {
  addLine(file, currentProcess().pid!);
  while (linesIn(gate).length === 0 && fs.existsSync(file)) {
    await pause(2);
  }
  return x;
}
task(import.meta, waitAtGate);

/** Traces its worker, and never ends; waits asynchronously. */
export async function waitForEver(file: string): Promise<never> {
  addLine(file, currentProcess().pid!);
  return await forEver();
}
task(import.meta, waitForEver);

/**
 * Traces its worker, and does not return, nor yield, as long as the test's folder is there: Deno
 * never stops a thread that does not yield, and it would take its core from all later tests.
 */
export function spinForEver(file: string): never {
  addLine(file, currentProcess().pid!);
  while (fs.existsSync(file));
  throw new Error("The test is over");
}
task(import.meta, spinForEver);

/** Ways for a worker to die while it runs a task. */
export type Death = "exit" | "SIGKILL" | "throw" | "rejection" | "memory" | "spin" | "wait";

/** Traces its run and its worker, and brings the worker down. */
export async function die(file: string, how: Death): Promise<never> {
  addLine(file, `${how} ${currentProcess().pid}`);
  switch (how) {
    case "exit":
      return process.exit(3);
    case "SIGKILL":
      process.kill(process.pid, "SIGKILL");
      break;
    case "throw":
      setTimeout(() => {
        throw new ShapeError("thrown outside the task", 3);
      });
      break;
    case "rejection":
      void Promise.reject(new ShapeError("rejected outside the task", 3));
      break;
    case "memory": {
      const hold: unknown[] = [];
      for (;;) hold.push(new Array(100_000).fill(hold.length));
    }
    // falls through
    case "spin":
      while (fs.existsSync(file));
  }
  return await forEver();
}
task(import.meta, die);

/** A task with a side effect, one of which brings its worker down. */
export function traceOrDie(
  file: string,
  x: number,
  killer: number,
  how: Death,
): number | Promise<never> {
  if (x === killer) return die(file, how);
  return trace(file, x);
}
task(import.meta, traceOrDie);

let initialized: unknown[] = [];

/** Leaves its arguments, and a trace of its worker. */
export async function initialize(file: string, ...args: unknown[]): Promise<void> {
  addLine(file, currentProcess().pid!);
  await null;
  initialized = args;
}
task(import.meta, initialize);

export function initializedWith(): unknown[] {
  return initialized;
}
task(import.meta, initializedWith);

export function failToInitialize(): never {
  throw new ShapeError("cannot initialize", 4);
}
task(import.meta, failToInitialize);

/** Leaves something in the background that keeps the worker going. */
export function leaveTimer(): number {
  setInterval(() => {}, 1000);
  return currentProcess().pid!;
}
task(import.meta, leaveTimer);

/** `waitAtGate` for maps, which pass one item. */
export function gateTask([file, gate, x]: [string, string, number]): Promise<number> {
  return waitAtGate(file, gate, x);
}
task(import.meta, gateTask);

/** Ends its worker at the 13th item. */
export function exitOn([file, x]: [string, number]): number | Promise<never> {
  return traceOrDie(file, x, 13, "exit");
}
task(import.meta, exitOn);

/** Ends its worker after its own result has gone out. */
export function exitSoon(): number {
  setTimeout(() => process.exit(5), 20);
  return currentProcess().pid!;
}
task(import.meta, exitSoon);

const base = 3;
const maker = (by: number) => (x: number): number => x * by;

/** Tasks that are not exports of this module. */
export const tasks: Readonly<
  Record<"unexported" | "anonymous" | "twice" | "thrice", (x: number) => number>
> = {
  unexported: task(import.meta, function unexported(x: number): number {
    return x * base;
  }),
  anonymous: [task(import.meta, (x: number): number => x * base + 1)][0]!,
  twice: task(import.meta, maker(2)),
  thrice: task(import.meta, maker(3)),
};

export function referToNothing(): unknown {
  // @ts-expect-error: there is no such thing.
  return nowhereToBeFound;
}
task(import.meta, referToNothing);

export function callIt(fn: (x: number) => number, x: number): number {
  return fn(x);
}
task(import.meta, callIt);

export function giveTask(): (x: number) => number {
  return square;
}
task(import.meta, giveTask);

/** Leaves a trace of its run, and keeps its worker busy. */
export function traceAndSpin(file: string, x: number, milliseconds: number): number {
  trace(file, x);
  spin(milliseconds);
  return x;
}
task(import.meta, traceAndSpin);

/** Says what only the text of a module may. */
export function whereAmI(): string {
  return import.meta.url;
}

/** As an initializer: traces its run, and brings its worker down unless the gate is open. */
export function dieUnlessOpen(file: string, gate: string): void {
  addLine(file, currentProcess().pid!);
  if (fs.existsSync(gate)) return;
  // An OOM killer's signal; a thread has none.
  if (isMainThread) process.kill(process.pid, "SIGKILL");
  process.exit(9);
}
task(import.meta, dieUnlessOpen);

/**
 * As an initializer: has its worker end once it is ready, most likely before it has begun a task.
 */
export function exitOnceReady(file: string): void {
  addLine(file, currentProcess().pid!);
  setTimeout(() => process.exit(7), 0);
}
task(import.meta, exitOnceReady);

/** As an initializer: does not end. */
export async function initializeForEver(file: string): Promise<never> {
  return await waitForEver(file);
}
task(import.meta, initializeForEver);

/** As an initializer: ends after so many milliseconds. */
export async function initializeLater(milliseconds: number): Promise<void> {
  await pause(milliseconds);
}
task(import.meta, initializeLater);

/** Whether a value is a `Buffer` here, and one with a mark more. */
export function exclaim(value: unknown): [boolean, Buffer] {
  return [Buffer.isBuffer(value), Buffer.from(`${value}!`)];
}
task(import.meta, exclaim);

/** Whether a signature by that key is right. */
export async function verify(key: CryptoKey, signature: BufferSource): Promise<boolean> {
  return await crypto.subtle.verify(key.algorithm.name, key, signature, new Uint8Array(3));
}
task(import.meta, verify);

/** The secret in a key. */
export function secretOf(key: KeyObject): string {
  return key.export().toString();
}
task(import.meta, secretOf);

/**
 * An object of a module that this one does not import: on Deno a thread without that cannot read
 * it.
 */
export async function histogram(): Promise<RecordableHistogram> {
  const { createHistogram } = await import("node:perf_hooks");
  return createHistogram();
}
task(import.meta, histogram);
