/** What a library is asked for. */

import type { Method } from "../lib/row.ts";
import type { TaskName } from "./tasks.ts";

/** A pool whose claims are tried. */
export interface ProbedPool {
  run(task: TaskName, n?: number): PromiseLike<unknown>;
  /** Runs an endless task and ends it after a second as the library documents it. */
  interrupt(): PromiseLike<unknown>;
  /** The documented shutdown. */
  close(): unknown;
}

/** Tries a claim; what it gives is what the table shows: "yes", "no", "hangs" or a few words. */
export type Claim = (method: Method) => string | Promise<string>;

/** A library. A claim that it has no program for is one that its API has nothing for. */
export interface Library {
  open(method: Method, workers: number): ProbedPool | Promise<ProbedPool>;
  readonly claims: Readonly<Record<string, Claim>>;
}
