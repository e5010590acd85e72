/**
 * Where a task was called from, for the stack of its error. Nothing is noted at the call, which
 * would cost a microsecond each time: engines know which `async` functions wait for a promise, and
 * write them behind the function that was resumed.
 *
 * @module
 * @internal
 */

import { withStackLimit } from "../runtime/stack.ts";

/** Errors that came with one outcome, and whose stacks do not tell yet who waited for that. */
const arrived = new WeakSet<object>();

/** How many frames of this library, and of the engine, there may be before those of the caller. */
const ownFrames = 8;

/**
 * Notes an error that is one outcome's alone: not a signal's reason, nor one that all tasks fail
 * with.
 */
export function noteArrival(error: unknown): void {
  if (typeof error === "object" && error !== null) arrived.add(error);
}

/**
 * Adds to the stack of an error that has arrived which `async` functions wait for it, and gives the
 * error. To be called by an `async` function that has awaited something, and whose promise the
 * caller has: what stands on the stack by then is the engine's and the library's.
 */
export function withCaller(error: unknown): unknown {
  if (!arrived.has(error as object) || !(error instanceof Error)) return error;
  const { stack } = error;
  const frames = waitingFrames();
  // Nobody waits here who is known: somebody else may.
  if (typeof stack !== "string" || frames.length === 0) return error;
  arrived.delete(error);
  const value = [stack, "Called from:", ...frames].join("\n");
  Reflect.defineProperty(error, "stack", { value, writable: true, configurable: true });
  return error;
}

function waitingFrames(): string[] {
  const { stackTraceLimit: limit } = Error;
  // A program that wants no stacks, or has something else than texts made of them, gets none here.
  if (typeof limit !== "number" || limit <= 0) return [];
  const stack: unknown = withStackLimit(limit + ownFrames, () => new Error().stack);
  if (typeof stack !== "string") return [];
  return stack.split("\n").filter((line) => /^\s*at async /.test(line)).slice(0, limit);
}
