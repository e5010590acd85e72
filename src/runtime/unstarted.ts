/**
 * Children that could not be started, as the system has no more descriptors (EMFILE), processes
 * (EAGAIN) or memory for them. Node and Deno tell that by an event, Bun by an exception; here all
 * of them end as a command does that a shell cannot run, so that a pool tries again later.
 *
 * @module
 * @internal
 */

import process from "node:process";
import type { Boot, Child, ChildEvents } from "./runtime.ts";

/** The exit code of a child that could not be started. */
const notStarted = 127;

/** Tells that a child could not be started, and why. */
export function reportRefusal({ name }: Boot, cause: Error, events: ChildEvents): void {
  const error = new Error(`Cannot start ${name} as the system refuses it: ${cause.message}`, {
    cause,
  });
  // It is printed, perhaps often, and where it was made tells nobody anything.
  error.stack = String(error);
  events.error(error);
  events.exit(notStarted);
}

/**
 * Whether an exception is the system's: EMFILE, EAGAIN, ENOMEM; and not about what it was asked
 * for.
 */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^E(?!RR_)/.test(String(error.code));
}

/** What takes the place of a child that could not be started. It ends in a moment. */
export class UnstartedChild implements Child {
  readonly pid: number;

  constructor(boot: Boot, cause: Error, events: ChildEvents) {
    this.pid = boot.thread?.pid ?? -1;
    process.nextTick(() => reportRefusal(boot, cause, events));
  }

  post(): void {}

  kill(): void {}

  ref(): void {}

  unref(): void {}
}

/** What `start` gives; a child that could not be started where the system refuses it. */
export function orUnstarted(boot: Boot, events: ChildEvents, start: () => Child): Child {
  try {
    return start();
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    return new UnstartedChild(boot, error, events);
  }
}
