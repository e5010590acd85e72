/**
 * What children of several suites do, and how time passes in them. Children load it: it imports the
 * library alone.
 */

import { task } from "../mod.ts";

/** How a call waits: with the event loop going on, or with the thread blocked. */
export type Form = "async" | "sync";

/** Lets time pass. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Passes time without yielding. */
export function spin(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

export function nothing(): void {}
task(import.meta, nothing);

export function dispose(primitive: Disposable): void {
  primitive[Symbol.dispose]();
}
task(import.meta, dispose);
