/** What a library is asked for: each claim is tried by a program that runs nothing else. */

import process from "node:process";
import { parseArgs } from "node:util";
import type { Method } from "../lib/row.ts";
import { common } from "./common.ts";
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

/** Where the answer begins in what a program says. */
export const mark = "#answer ";

/** Whether the program has to end by itself, as that is what is claimed. */
export const endsByItself: ReadonlySet<string> = new Set(["runs", "dropped"]);

/** Tries the claim that the command line names, and says how it went. */
export async function serve(library: Library): Promise<void> {
  const { values } = parseArgs({
    options: { claim: { type: "string" }, method: { type: "string" } },
  });
  const { claim = "", method } = values;
  const run = library.claims[claim] ?? common[claim]?.(library);
  const answer = run === undefined ? "no" : await run(method as Method);
  await new Promise<void>((resolve) => {
    process.stdout.write(`${mark}${JSON.stringify(answer)}\n`, () => resolve());
  });
  if (!endsByItself.has(claim)) process.exit();
}
