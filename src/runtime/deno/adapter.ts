/**
 * Deno: threads by `node:worker_threads`, processes by `node:child_process`.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { scriptURL, sharedFiles, startScript } from "../boot.ts";
import { forRuntime } from "../capabilities.ts";
import { childEnvironment } from "../child_environment.ts";
import { childCommand } from "../command.ts";
import { childFlags } from "./flags.ts";
import { deno as denoGlobal, granted, mayRun } from "./permissions.ts";
import { countStart, lackOfDescriptors } from "./descriptors.ts";
import { inherit } from "../inherited_files.ts";
import { startFolder } from "../launch.ts";
import { mayUseFiles } from "../memory_file.ts";
import { firstDescriptor, spawnNodeProcess, type Surroundings } from "../child_process.ts";
import type { Child, ChildEvents, Runtime, SpawnRequest } from "../runtime.ts";
import { writeScript } from "../script_file.ts";
import { spawnThread } from "../thread.ts";
import { UnstartedChild } from "../unstarted.ts";

/**
 * Code that imports a module if it were run, which it is not. Deno lets a program import what its
 * source names, also where it may not read files: a child with fewer permissions needs no more.
 */
const importable = (url: string | undefined): string =>
  url === undefined ? "" : `void (() => import(${JSON.stringify(url)}));`;

/**
 * Whether the program is an executable that `deno compile` made. It always runs its own main
 * module, unless a child of it is started by node's `fork()`.
 */
const isExecutable = forRuntime({
  deno: () => denoGlobal().build.standalone,
  bun: () => false,
  node: () => false,
})();

type Spawn = Runtime["spawnWorker"];

/** Starts a child only where that leaves this program what it needs. */
function withDescriptors(spawn: Spawn): Spawn {
  return (request, events) => {
    const lack = lackOfDescriptors();
    if (lack !== undefined) return new UnstartedChild(request.boot, lack, events);
    const { events: counted, cancel } = countStart(events);
    try {
      return spawn(request, counted);
    } catch (error) {
      cancel();
      throw error;
    }
  };
}

/** The adapter of Deno 2.9 and later. */
export const deno: Runtime = {
  name: "deno",
  defaultMethod: "worker",
  mainModule: () => denoGlobal().mainModule,
  spawnWorker: withDescriptors(spawnThread),
  spawnProcess: withDescriptors((request, events) => {
    const { permissions, boot } = request;
    const { paths, descriptors } = inherit(sharedFiles(request), firstDescriptor);
    const surroundings = {
      descriptors,
      // To read all of its own takes a permission.
      env: request.env && childEnvironment(request.env),
    };
    const script = startScript(request, paths);
    if (isExecutable) return forkExecutable(request, script, surroundings, events);
    const flags = ["run", ...childFlags(permissions)];
    const command = (script: string) =>
      childCommand([...flags, script, ...boot.launch.args], mayRun);
    if (granted("read") && (permissions === undefined || permissions === "inherit")) {
      const start = asProgramOf(boot.main, script);
      return spawnNodeProcess({ command: command("-"), ...start, ...surroundings }, boot, events);
    }
    // With permissions of its own it may not change the directory, nor read what it imports.
    const { href } = scriptURL(script + importable(boot.main));
    flags.push(...configFlags(boot.main, flags));
    return spawnNodeProcess({ command: command(href), ...surroundings }, boot, events);
  }),
};

/** Starts a child of an executable that `deno compile` made. */
function forkExecutable(
  { permissions, boot }: SpawnRequest,
  script: string,
  surroundings: Surroundings,
  events: ChildEvents,
): Child {
  if (permissions !== undefined && permissions !== "inherit") {
    throw new Error(
      `Cannot start ${boot.name} with permissions of its own as this program was compiled with its`,
    );
  }
  if (!mayUseFiles()) {
    throw new Error(
      `Cannot start ${boot.name} as a process as a program that deno compile made starts it with a ` +
        'file: compile it with --allow-read and --allow-write, or use the start method "worker"',
    );
  }
  return spawnNodeProcess({ ...writeScript(script), ...surroundings }, boot, events);
}

/** Names the configuration that Deno would find for the main module, unless the flags do. */
function configFlags(main: string | undefined, flags: readonly string[]): string[] {
  const isNamed = flags.some((flag) => /^--(no-)?config/.test(flag));
  if (isNamed || !main?.startsWith("file:") || !granted("read")) return [];
  let folder = path.dirname(fileURLToPath(main));
  for (;;) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = path.join(folder, name);
      if (fs.existsSync(file)) return [`--config=${file}`];
    }
    const above = path.dirname(folder);
    if (above === folder) return [];
    folder = above;
  }
}

/**
 * Has a script run as if it were a file beside the main module: Deno looks for the configuration of
 * a program (`deno.json`, `package.json`) from its main module's folder upwards, and for that of a
 * script that comes by standard input from the current directory. For a `data:` URL it looks
 * nowhere.
 */
function asProgramOf(
  main: string | undefined,
  script: string,
): { input: string; cwd: string | undefined } {
  const folder = main?.startsWith("file:") ? path.dirname(fileURLToPath(main)) : undefined;
  const { cwd, enter } = startFolder(folder);
  return { input: enter + script, cwd };
}
