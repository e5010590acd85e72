/**
 * Node: threads and processes by its own modules.
 *
 * @module
 * @internal
 */

import { createRequire } from "node:module";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { sharedFiles, startScript } from "./boot.ts";
import { isBundled } from "./bundle.ts";
import { childEnvironment } from "./child_environment.ts";
import { childCommand } from "./command.ts";
import { inherit } from "./inherited_files.ts";
import { launch, startFolder } from "./launch.ts";
import { firstDescriptor, spawnNodeProcess } from "./node_process.ts";
import type { Boot, Runtime } from "./runtime.ts";
import { spawnThread } from "./thread.ts";

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
    return createRequire(script).resolve(script);
  } catch (error) {
    // It may be gone by now.
    if (error instanceof Error && "code" in error) return script;
    throw error;
  }
}

/** The adapter of Node 24 and later. */
export const node: Runtime = {
  name: "node",
  defaultMethod: "process",
  mainModule,
  spawnWorker: (request, events) => {
    refuseExecutable(request.boot);
    return spawnThread(request, events);
  },
  spawnProcess: (request, events) => {
    const { boot, env } = request;
    refuseExecutable(boot);
    const { paths, descriptors } = inherit(sharedFiles(request), firstDescriptor);
    const { cwd, enter } = startFolder(boot.launch);
    // No ES module: `--input-type` would hold for every thread that a task starts, too.
    const script = enter + startScript(request, paths);
    const command = childCommand([...boot.launch.flags, "-e", script], () => true);
    const program = { command, cwd, descriptors, env: childEnvironment(env) };
    return spawnNodeProcess(program, boot, events);
  },
};
