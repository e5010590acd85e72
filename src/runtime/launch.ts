/**
 * How the program was started. Its children are started alike: with its arguments, with those of
 * its runtime's flags that are meant for children, and from the folder in which its relative paths
 * mean something. All of it is noted when the program starts: it may change its folder afterwards.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { bootNote } from "./boot.ts";
import { capabilities, forRuntime } from "./capabilities.ts";
import { bunFlags, isBunScript } from "./bun/flags.ts";
import { hasNodeScript, nodeFlags } from "./node/flags.ts";
import type { Launch } from "./runtime.ts";

/** How the program was started to which this child belongs. */
export const launch: Launch = inheritedLaunch() ?? ownLaunch();

function inheritedLaunch(): Launch | undefined {
  const given = bootNote()?.launch;
  if (given === undefined) return undefined;
  return { ...given, args: given.args ?? process.argv.slice(capabilities.childArgumentsAt) };
}

function ownLaunch(): Launch {
  return forRuntime({ deno: denoLaunch, bun: bunLaunch, node: nodeLaunch })();
}

function denoLaunch(): Launch {
  const [, script, ...args] = process.argv;
  const folder = capabilities.permits("read") ? currentFolder() : undefined;
  return { folder, script, args, flags: [] };
}

function bunLaunch(): Launch {
  const { Bun } = globalThis as unknown as { Bun: { readonly main: string } };
  return launchWith(isBunScript(Bun.main), bunFlags(process.execArgv));
}

function nodeLaunch(): Launch {
  const { argv, execArgv } = process;
  return launchWith(hasNodeScript(execArgv, argv[1]), nodeFlags(execArgv));
}

function launchWith(hasScript: boolean, flags: readonly string[]): Launch {
  const [, first, ...rest] = process.argv;
  return {
    folder: currentFolder(),
    script: hasScript ? first : undefined,
    // Behind a text that was given to `-e` all are arguments; a text of standard input is called
    // "-".
    args: hasScript || first === "-" || first === undefined ? rest : [first, ...rest],
    flags,
  };
}

/** The current folder; `undefined` where it was removed. */
export function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Where a child process is started, and what its script then begins with. */
export interface StartFolder {
  readonly cwd: string | undefined;
  readonly enter: string;
}

/**
 * Has a child process start in a folder, where there is one, and go to this child's own. In that in
 * which the program was started, a flag that names a file means the same file, also if this child
 * has gone elsewhere since.
 */
export function startFolder(folder: string | undefined): StartFolder {
  const here = currentFolder();
  const isSame = folder === undefined || here === undefined || folder === here;
  if (isSame || !fs.existsSync(folder)) return { cwd: undefined, enter: "" };
  return { cwd: folder, enter: `process.chdir(${JSON.stringify(here)});` };
}

/** What stands in a child's `process.argv` where its program has its script. */
const ownScript = "[multiprocessing]";

/**
 * Has this child's `process.argv` and `process.execArgv` say what those of its program say, but for
 * the script: a program that compares that with a module's path, to know whether the module is the
 * main one, would run once more in each child. What started the child is no concern of its tasks:
 * one that calls `fork()` would repeat it.
 */
export function adoptLaunch(): void {
  const { args, flags } = launch;
  process.argv.splice(1, Infinity, ownScript, ...args);
  process.execArgv.splice(0, Infinity, ...flags);
}
