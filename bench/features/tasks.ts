/** The tasks that all pools are given, as exports of a module that is the worker file of most. */

import process from "node:process";
import { AppError } from "./errors.ts";

export function square(n: number): number {
  return n ** 2;
}

/** Ends its worker. */
export function exit(): never {
  process.exit(3);
}

/** Takes memory of the engine's heap until there is none. */
export function hog(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })));
}

export function fail(): never {
  throw new AppError("Cannot do it", 7, { cause: new RangeError("deep") });
}

export function spin(): never {
  for (;;);
}

/** The process that it runs in. */
export function pid(): number {
  return process.pid;
}

/** The names of the tasks. */
export type TaskName = "square" | "exit" | "hog" | "fail" | "spin" | "pid";

/** All of them, for the pools that are given functions by name. */
export const tasks: Record<TaskName, (n: number) => unknown> = {
  square,
  exit,
  hog,
  fail,
  spin,
  pid,
};
