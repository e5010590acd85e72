/**
 * Deno: threads by `node:worker_threads`, processes by `node:child_process`.
 *
 * @module
 * @internal
 */

import { startScriptURL } from "./boot.ts";
import { childCommand } from "./command.ts";
import { childFlags, deno as denoGlobal, mayRun } from "./deno_flags.ts";
import { spawnNodeProcess } from "./node_process.ts";
import type { Runtime } from "./runtime.ts";
import { spawnThread } from "./thread.ts";

/** The adapter of Deno 2.9 and later. */
export const deno: Runtime = {
  name: "deno",
  defaultMethod: "worker",
  mainModule: () => denoGlobal().mainModule,
  spawnWorker: spawnThread,
  spawnProcess: (request, events) => {
    const args = ["run", ...childFlags(request.permissions), startScriptURL(request).href];
    return spawnNodeProcess(childCommand(args, mayRun), request, events);
  },
};
