/**
 * Node: threads and processes by its own modules.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { pathToFileURL } from "node:url";
import { startScript } from "./boot.ts";
import { isBundled } from "./bundle.ts";
import { childCommand } from "./command.ts";
import { spawnNodeProcess } from "./node_process.ts";
import type { Runtime, SpawnRequest } from "./runtime.ts";
import { spawnThread } from "./thread.ts";

/** Flags of this program that a child must not repeat: what it runs, tests, watches or listens on. */
const ownFlag =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--test|--watch|--inspect|--input-type|--run)/;
/** Those of them that take their value as an argument of its own. */
const takesValue = /^(-e|--eval|-p|--print|-pe|--input-type|--run|--test-[a-z-]+|--watch-path)$/;

function inheritedFlags(): string[] {
  const flags: string[] = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const flag = process.execArgv[i]!;
    if (!ownFlag.test(flag)) flags.push(flag);
    else if (takesValue.test(flag) && !process.execArgv[i + 1]?.startsWith("-")) i++;
  }
  return flags;
}

/**
 * A single executable application has one script, which is no file: its own `import()` knows Node's
 * modules alone, and a child that is told to import the executable takes that for the script.
 */
function refuseExecutable({ boot }: SpawnRequest): void {
  if (!isBundled || !process.getBuiltinModule("node:sea").isSea()) return;
  throw new Error(
    `Cannot start ${boot.name} as children of a single executable application cannot import it: ` +
      "run the bundle with node, or compile it with Bun or Deno",
  );
}

/** The adapter of Node 24 and later. */
export const node: Runtime = {
  name: "node",
  defaultMethod: "process",
  mainModule: () => process.argv[1] === undefined ? undefined : pathToFileURL(process.argv[1]).href,
  spawnWorker: (request, events) => {
    refuseExecutable(request);
    return spawnThread(request, events);
  },
  spawnProcess: (request, events) => {
    refuseExecutable(request);
    const args = [...inheritedFlags(), "--input-type=module", "-e", startScript(request)];
    return spawnNodeProcess({ command: childCommand(args, () => true) }, request, events);
  },
};
