/**
 * What a library's program does: it tries one claim, so that each has a program that runs nothing
 * else.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import type { Method } from "../lib/row.ts";
import { common } from "./common.ts";
import type { Library } from "./library.ts";

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
