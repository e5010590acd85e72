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
import { plainJSON } from "./plain_json.ts";
import type { Boot, SpawnRequest } from "./runtime.ts";
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
export interface BootNote extends Boot, SharedFiles {
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
export function noteVariable({ boot }: SpawnRequest, files: SharedFiles): Record<string, string> {
  return { [variable]: noteText(boot, files) };
}

function noteText(boot: Boot, { memory, firstFile, scratch }: SharedFiles): string {
  return plainJSON({ ...boot, memory, firstFile, scratch } satisfies BootNote);
}

/** The files that a child is to share, as this process calls them. */
export function sharedFiles({ memory, firstFile, scratch }: SpawnRequest): SharedFiles {
  const handle = typeof scratch?.handle === "string" ? scratch.handle : undefined;
  return { memory, firstFile, scratch: handle };
}

/**
 * In place of `import.meta.main` a bundle that `bun build` made for Node compares `require.main` with
 * `undefined`. It is no module's where the main module is an ES module, and then is in the parent.
 */
const mainMark = isBundled && !("Deno" in globalThis || "Bun" in globalThis)
  ? "process.mainModule={};"
  : "";

/** The text of the script that starts a child. `files` is what the child calls those it shares. */
export function startScript({ boot, entry }: SpawnRequest, files: SharedFiles): string {
  const ignore = boot.outlivesStopSignals && boot.method === "process" ? ignoreStopSignals : "";
  return `${ignore}${mainMark}globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(note))})]=` +
    `${noteText(boot, files)};import(${JSON.stringify(entry)});`;
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
