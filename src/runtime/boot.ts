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
import { isBundled } from "./bundle.ts";
import { capabilities, forRuntime } from "./capabilities.ts";
import { plainJSON } from "./plain_json.ts";
import { layoutVersion } from "./program_record.ts";
import type { Boot, Launch, SpawnRequest } from "./runtime.ts";
import { ignoreStopSignals } from "./stop_signals.ts";

const note: unique symbol = Symbol.for("@nproc/multiprocessing.boot") as never;

/** Where a child finds the files that it shares with others. */
export interface SharedFiles {
  /** Shared with all processes of the program: see `common_memory.ts`. */
  readonly memory?: string | undefined;
  /** What the first frame is in. */
  readonly firstFile?: string | undefined;
  /** Shared with its parent alone. */
  readonly scratch?: string | undefined;
}

/** The note. */
export interface BootNote extends Omit<Boot, "launch">, SharedFiles {
  /** A process has the arguments on its own command line: they may be long. */
  readonly launch: Omit<Launch, "args"> & Partial<Launch>;
  /** The layout of the memory that it shares with its parent: see `program_record.ts`. */
  readonly layout: number;
  /** A module has taken the role: a bundle may hold this package twice. */
  claimed?: true;
  /** How many modules are being imported because a function or a class of theirs was named. */
  loading?: number;
}

const holder = globalThis as { [note]?: BootNote };

/** What carries the note to a child that takes no script. */
const variable = "NPROC_MULTIPROCESSING_CHILD";

if (!capabilities.takesScript && process.env[variable] !== undefined) {
  holder[note] ??= JSON.parse(process.env[variable]) as BootNote;
  // It is for this child, and not for its children.
  delete process.env[variable];
}

/** The note as an environment variable, for a program that always runs its own main module. */
export function noteVariable({ boot }: SpawnRequest, files: SharedFiles): Record<string, string> {
  return { [variable]: noteText(boot, files) };
}

function noteText(boot: Boot, { memory, firstFile, scratch }: SharedFiles): string {
  const { args, ...rest } = boot.launch;
  const launch = boot.method === "process" ? rest : { ...rest, args };
  const layout = layoutVersion;
  return plainJSON({ ...boot, launch, memory, firstFile, scratch, layout } satisfies BootNote);
}

/** The files that a child is to share, as this process calls them. */
export function sharedFiles({ memory, firstFile, scratch }: SpawnRequest): SharedFiles {
  const handle = typeof scratch?.handle === "string" ? scratch.handle : undefined;
  return { memory, firstFile, scratch: handle };
}

/**
 * In place of `import.meta.main` a bundle that `bun build` made for Node compares `require.main`
 * with `undefined`. It is no module's where the main module is an ES module, and then is in the
 * parent.
 */
const mainMark = isBundled ? forRuntime({ deno: "", bun: "", node: "process.mainModule={};" }) : "";

/** The exit code of a child where nothing has taken the role that its script was to lead to. */
export const unclaimedExitCode = 94;

/**
 * Milliseconds after which an error that should have ended a thread has been swallowed by its
 * program.
 */
const swallowed = 1000;

/**
 * The text of the script that starts a child; `files` is what the child calls those it shares. A
 * bundler may have put the entry into a chunk that does nothing by itself, and then it is the main
 * module that takes the role. Where that does not, or what is to be imported fails before, the
 * child would never say anything: it is ended, by `exit()`, as a program may have a handler for
 * errors that nothing caught.
 */
export function startScript({ boot, entry }: SpawnRequest, files: SharedFiles): string {
  const { name, method, main, outlivesStopSignals } = boot;
  const ignore = outlivesStopSignals && method === "process" ? ignoreStopSignals : "";
  // The parent hears of a thread's error by an event; of a process it can only read the exit code.
  const tell = method === "worker"
    ? `setTimeout(end,${swallowed});throw failure`
    : "console.error(failure);return end()";
  const next = main === undefined || main === entry
    ? "end()"
    : `note.loading=1,load(${JSON.stringify(main)}).then(()=>note.claimed?note.loading--:end())`;
  // In a block: what a script declares outside of one, all modules see.
  return `${ignore}${mainMark}{const note=globalThis[Symbol.for(${
    JSON.stringify(Symbol.keyFor(note))
  })]=${noteText(boot, files)};` +
    `const end=()=>import("node:process").then((it)=>it.default.exit(${unclaimedExitCode}));` +
    "const load=(url)=>import(url).catch((error)=>{if(note.claimed)throw error;" +
    `const failure=new Error(${JSON.stringify(`Cannot start ${name} as `)}+url+` +
    `" cannot be imported: "+(error?.message??error),{cause:error});${tell}});` +
    `load(${JSON.stringify(entry)}).then(()=>note.claimed||(${next}));}`;
}

/** A script as a module's URL. A source may hold any Unicode, so it is encoded whole. */
export function scriptURL(script: string): URL {
  return new URL("data:text/javascript," + encodeURIComponent(script));
}

/** Whether it is this copy of the package that has the role. */
let isClaimedHere = false;

/** Takes the role that this thread was started for; `undefined` if it is another, or taken. */
export function claimRole(role: string): BootNote | undefined {
  const note = bootNote();
  if (note?.role !== role || note.claimed) return undefined;
  note.claimed = true;
  isClaimedHere = true;
  return note;
}

/**
 * Whether this child has its role from another copy of this package, as one in a bundle it imports
 * is.
 */
export function isOtherCopy(): boolean {
  return bootNote()?.claimed === true && !isClaimedHere;
}

/** What this thread was started as; `undefined` in a program that nobody of us started. */
export function bootNote(): BootNote | undefined {
  return holder[note];
}
