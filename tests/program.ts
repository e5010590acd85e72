/** Runs a file as a program of its own on the runtime that runs the test. */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { type CommandOptions, type CommandResult, runCommand } from "./command.ts";

/** What to run a program with. */
export interface ProgramOptions extends CommandOptions {
  args?: readonly string[];
  /** Options for the runtime itself; on Deno instead of `-A`. */
  flags?: readonly string[];
  /** What stands before the runtime's own command: see `small_memory.ts`, for one. */
  before?: readonly string[];
}

/**
 * Runs the file to its end, for at most 60 seconds unless told otherwise. Fails, with all that it
 * said, when its time is over or when processes of it are left behind; what its exit code means is
 * for the caller to say.
 */
export async function runProgram(
  file: string | URL,
  options: ProgramOptions = {},
): Promise<CommandResult> {
  const target = file instanceof URL ? fileURLToPath(file) : file;
  const own = [process.execPath, ...runtimeFlags(options.flags), target, ...options.args ?? []];
  const [command, ...words] = [...options.before ?? [], ...own] as [string, ...string[]];
  const env = { NO_COLOR: "1", FORCE_COLOR: undefined, ...options.env };
  const result = await runCommand(command, words, { timeout: 60_000, ...options, env });
  if (result.timedOut) throw new Error(`Killed ${target} as its time was over:\n${result.output}`);
  if (result.leftovers.length > 0) {
    throw new Error(`${target} left behind: ${result.leftovers.join(" | ")}\n${result.output}`);
  }
  return result;
}

/** The lines of a program's standard output; fails unless its exit code is 0. */
export async function linesOf(file: string | URL, options?: ProgramOptions): Promise<string[]> {
  const { code, stdout, output } = await runProgram(file, options);
  if (code !== 0) throw new Error(`${file} ended with exit code ${code}:\n${output}`);
  return stdout.split("\n").slice(0, -1);
}

function runtimeFlags(flags: readonly string[] | undefined): string[] {
  if ("Bun" in globalThis) return [...flags ?? [], "run"];
  if (!("Deno" in globalThis)) return [...process.execArgv, ...flags ?? []];
  // With the stand-ins for @std, a program needs the same import map as the test.
  const map = new URL("std/import_map.json", import.meta.url);
  const standin = import.meta.resolve("@std/assert").startsWith("file:");
  return ["run", ...flags ?? ["-A"], ...(standin ? [`--import-map=${fileURLToPath(map)}`] : [])];
}
