/**
 * Deno: threads by `node:worker_threads`, processes by `node:child_process`.
 *
 * @module
 * @internal
 */

import { scriptURL, startScript } from "./boot.ts";
import { childCommand } from "./command.ts";
import { childFlags, deno as denoGlobal, mayRun } from "./deno_flags.ts";
import { spawnNodeProcess } from "./node_process.ts";
import type { Runtime } from "./runtime.ts";
import { spawnThread } from "./thread.ts";

/**
 * Code that imports a module if it were run, which it is not. Deno lets a program import what its
 * source names, also where it may not read files: a child with fewer permissions needs no more.
 */
const importable = (url: string | undefined): string =>
  url === undefined ? "" : `void (() => import(${JSON.stringify(url)}));`;

/** The adapter of Deno 2.9 and later. */
export const deno: Runtime = {
  name: "deno",
  defaultMethod: "worker",
  mainModule: () => denoGlobal().mainModule,
  spawnWorker: spawnThread,
  spawnProcess: (request, events) => {
    const script = startScript(request) + importable(request.boot.main);
    const args = ["run", ...childFlags(request.permissions), scriptURL(script).href];
    return spawnNodeProcess(childCommand(args, mayRun), request, events);
  },
};
