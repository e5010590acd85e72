/**
 * Node: threads and processes by its own modules.
 *
 * @module
 * @internal
 */

import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { sharedFiles, startScript } from "../boot.ts";
import { isBundled } from "../bundle.ts";
import { childEnvironment } from "../child_environment.ts";
import { childCommand } from "../command.ts";
import { inherit } from "../inherited_files.ts";
import { currentFolder, launch, startFolder } from "../launch.ts";
import { withResolvedModules } from "./flags.ts";
import { firstDescriptor, spawnNodeProcess } from "../child_process.ts";
import type { Boot, Launch, Runtime } from "../runtime.ts";
import { spawnThread } from "../thread.ts";

/**
 * A single executable application has one script, which is no file: its own `import()` knows Node's
 * modules alone, and a child that is told to import the executable takes that for the script.
 */
function refuseExecutable({ name }: Boot): void {
  if (!isBundled || !process.getBuiltinModule("node:sea").isSea()) return;
  throw new Error(
    `Cannot start ${name} as children of a single executable application cannot import it: ` +
      "run the bundle with node, or compile it with Bun or Deno",
  );
}

let main: string | undefined;

/** `node .` names a folder, `node x` may mean `x.js`: Node finds the file as `require` does. */
function mainModule(): string | undefined {
  const { script } = launch;
  if (script === undefined || main !== undefined) return main;
  if (/^(file|data):/.test(script)) return main = script;
  return main = pathToFileURL(resolveScript(script)).href;
}

function resolveScript(script: string): string {
  try {
    // Not imported: a bundler would take this for an import of its own.
    return process.getBuiltinModule("node:module").createRequire(script).resolve(script);
  } catch (error) {
    // It may be gone by now.
    if (error instanceof Error && "code" in error) return script;
    throw error;
  }
}

/**
 * The flags of a thread, where it cannot take its program's as they are: they name a module by a
 * relative path, and the program has left the folder in which it was started.
 */
function threadFlags({ folder, flags }: Launch): string[] | undefined {
  if (folder === undefined || folder === currentFolder()) return undefined;
  const resolved = withResolvedModules(flags, (relative) => path.resolve(folder, relative));
  return resolved.some((flag, i) => flag !== flags[i]) ? resolved : undefined;
}

/**
 * The flags that a thread may be given: the error of a refusal names those that only a process may.
 */
function withoutRefused(flags: readonly string[], error: unknown): string[] {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  if (error.code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
  const refused = error.message.slice(error.message.indexOf(": ") + 2).split(", ");
  return flags.filter((flag) => !refused.includes(flag));
}

/** The adapter of Node 24 and later. */
export const node: Runtime = {
  name: "node",
  defaultMethod: "process",
  mainModule,
  spawnWorker: (request, events) => {
    refuseExecutable(request.boot);
    const flags = threadFlags(request.boot.launch);
    if (flags === undefined) return spawnThread(request, events);
    try {
      return spawnThread(request, events, flags);
    } catch (error) {
      return spawnThread(request, events, withoutRefused(flags, error));
    }
  },
  spawnProcess: (request, events) => {
    const { boot, env } = request;
    refuseExecutable(boot);
    const { paths, descriptors } = inherit(sharedFiles(request), firstDescriptor);
    const { cwd, enter } = startFolder(boot.launch.folder);
    // No ES module: `--input-type` would hold for every thread that a task starts, too.
    const script = enter + startScript(request, paths);
    const { flags, args } = boot.launch;
    const command = childCommand([...flags, "-e", script, "--", ...args], () => true);
    const program = { command, cwd, descriptors, env: childEnvironment(env) };
    return spawnNodeProcess(program, boot, events);
  },
};
