/**
 * How a child learns what it is: its start script leaves a note on the global object and imports
 * one module of this package by URL. An URL that the module itself told (`import.meta.url`) keeps
 * its meaning from a checkout, over https, from `node_modules` and from inside a bundle, where
 * there is no separate file that could be started.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { isBundled, isBunExecutable } from "./bundle.ts";
import type { Boot, SpawnRequest } from "./runtime.ts";

const note: unique symbol = Symbol.for("@nproc/multiprocessing.boot") as never;

/** The note, and where the child finds the files that it shares with others. */
export interface BootNote extends Boot {
  /** Shared with all processes of the program: see `common_memory.ts`. */
  readonly memory?: string;
  /** What the first frame is in. */
  readonly firstFile?: string;
  /** Shared with its parent alone. */
  readonly scratch?: string;
  /** A module has taken the role: a bundle may hold this package twice. */
  claimed?: true;
}

const holder = globalThis as { [note]?: BootNote };

/** What carries the note to a child that takes no script. */
const variable = "NPROC_MULTIPROCESSING_CHILD";

if (isBunExecutable && process.env[variable] !== undefined) {
  holder[note] ??= JSON.parse(process.env[variable]) as BootNote;
  // It is for this child, and not for its children.
  delete process.env[variable];
}

/** The note as an environment variable, for a program that always runs its own main module. */
export function noteVariable(request: SpawnRequest): Record<string, string> {
  return { [variable]: noteText(request) };
}

function noteText({ boot, memory, firstFile, scratch }: SpawnRequest): string {
  const handle = typeof scratch?.handle === "string" ? scratch.handle : undefined;
  return JSON.stringify(
    { ...boot, memory, firstFile, scratch: handle } satisfies {
      [K in keyof BootNote]: BootNote[K] | undefined;
    },
  );
}

/**
 * In place of `import.meta.main` a bundle that `bun build` made for Node compares `require.main` with
 * `undefined`. It is no module's where the main module is an ES module, and then is in the parent.
 */
const mainMark = isBundled && !("Deno" in globalThis || "Bun" in globalThis)
  ? "process.mainModule={};"
  : "";

/**
 * The exit code of a child whose script has imported the entry, or could not, and nothing there has
 * taken the role.
 */
export const unclaimedExitCode = 94;

/**
 * The text of the script that starts a child. It ends the child where nothing has taken the role
 * when the entry has run, or has failed: that child would never say anything. It does so by
 * `exit()`, as what was imported may have a handler for errors that nothing caught.
 */
export function startScript(request: SpawnRequest): string {
  const { entry, boot: { name, method } } = request;
  const failed = `Cannot start ${name} as ${entry} cannot be imported: `;
  // The parent hears of a thread's error by an event, of a process it can only read the exit code.
  const tell = method === "worker"
    ? "setTimeout(end);throw failure"
    : "console.error(failure);end()";
  return `${mainMark}const note=globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(note))})]=` +
    `${noteText(request)};` +
    `const end=()=>import("node:process").then((it)=>it.default.exit(${unclaimedExitCode}));` +
    `import(${JSON.stringify(entry)}).then(()=>{if(!note.claimed)end()},(error)=>{` +
    "if(note.claimed)throw error;" +
    `const failure=new Error(${JSON.stringify(failed)}+(error?.message??error),{cause:error});` +
    `${tell}});`;
}

/** A script as a module's URL. A source may hold any Unicode, so it is encoded whole. */
export function scriptURL(script: string): URL {
  return new URL("data:text/javascript," + encodeURIComponent(script));
}

/** Takes the role that this thread was started for; `undefined` if it is another, or taken. */
export function claimRole(role: string): BootNote | undefined {
  const note = bootNote();
  if (note?.role !== role || note.claimed) return undefined;
  note.claimed = true;
  return note;
}

/** What this thread was started as; `undefined` in a program that nobody of us started. */
export function bootNote(): BootNote | undefined {
  return holder[note];
}
