/** What the examples share: the command line, and the times and lists of their documents. */

import fs from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { setStartMethod, type StartMethod } from "@nproc/multiprocessing";

/** Children learn the speed by their environment: the documents' functions keep their arguments. */
const variable = "EXAMPLE_SPEED";

/**
 * Reads the command line of an example, in its main part, and gives what is left of it.
 *
 * `--start-method worker|process` says how children are started (as the runtime does by default),
 * `--speed N` how many times as fast as its document the example is (10; 1 is the document's pace).
 */
export function setUp(): string[] {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "start-method": { type: "string" }, "speed": { type: "string", default: "10" } },
  });
  if (!(Number(values.speed) > 0)) {
    throw new RangeError(`--speed must be a number above 0: received ${values.speed}`);
  }
  process.env[variable] = values.speed;
  const method = values["start-method"];
  if (method !== undefined) setStartMethod(method as StartMethod);
  return positionals;
}

/** Waits for so many of the document's seconds. */
export function sleep(seconds: number): Promise<void> {
  const speed = Number(process.env[variable]);
  if (!(speed > 0)) throw new Error("Cannot sleep as setUp() was not called in the main process");
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds / speed));
}

/** A list on one line: what the runtimes' consoles make of a long one differs. */
export function list(values: Iterable<unknown>): string {
  return `[${[...values].join(", ")}]`;
}

/**
 * Prints a line at once. The console of a thread goes by its parent's event loop on Node: there the
 * lines of two threads may change places, and the examples of locks are about what comes first.
 */
export function print(...words: unknown[]): void {
  fs.writeSync(1, `${words.join(" ")}\n`);
}
