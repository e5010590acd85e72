/**
 * Modules that a child imports because a function or a class of theirs was named to it.
 *
 * @module
 * @internal
 */

import { TaskReferenceError } from "../errors.ts";
import { bootNote } from "../runtime/boot.ts";
import { runtime } from "../runtime/current.ts";
import { importModule, type Namespace } from "../runtime/import_module.ts";
import { isMainPartStop } from "../runtime/main_part.ts";
import type { Decoder } from "./decoder.ts";
import { ModuleNeeded } from "./registry.ts";

/** Whether this child is importing a module right now: then it must not start children. */
export function isLoadingModule(): boolean {
  return (bootNote()?.loading ?? 0) > 0;
}

/** Notes that it does where another copy of this package sees it, too: the module may hold one. */
function countLoading(change: number): void {
  const note = bootNote();
  if (note !== undefined) note.loading = (note.loading ?? 0) + change;
}

/** The URL of the program's main module: the root's own, in every child. */
export function mainModule(): string | undefined {
  const note = bootNote();
  return note === undefined ? runtime.mainModule() : note.main;
}

/** Imports a module by its URL. */
export async function loadModule(url: string): Promise<Namespace> {
  if (bootNote() === undefined && url === mainModule()) {
    // A module that imports itself while it still evaluates waits for ever.
    throw new TaskReferenceError(
      `Cannot find what was named of ${url}: call task() and registerClass() at its top level, ` +
        "before the first await",
    );
  }
  countLoading(1);
  try {
    return await importModule(url);
  } catch (error) {
    // It has declared its tasks, and what it exports is not to be had.
    if (isMainPartStop(error)) return {};
    throw error;
  } finally {
    countLoading(-1);
  }
}

/**
 * Reads the decoder's next value, and imports the modules that its classes and functions need.
 * A promise only where a module had to be imported.
 */
export function readLoading(decoder: Decoder): unknown {
  const start = decoder.position;
  try {
    return decoder.read();
  } catch (error) {
    if (!(error instanceof ModuleNeeded)) throw error;
    return readAgain(decoder, start, error);
  }
}

/** A value that was read, or the reason why it could not be. */
export type Read = { readonly value: unknown } | { readonly error: unknown };

/** As `readLoading`, and tells an error instead of throwing it. */
export function tryReadLoading(decoder: Decoder): Read | Promise<Read> {
  try {
    const value = readLoading(decoder);
    if (!(value instanceof Promise)) return { value };
    return value.then((value) => ({ value }), (error) => ({ error }));
  } catch (error) {
    return { error };
  }
}

async function readAgain(decoder: Decoder, start: number, needed: ModuleNeeded): Promise<unknown> {
  const loaded = new Set<string>();
  for (;;) {
    if (loaded.has(needed.url)) throw new TaskReferenceError(needed.message);
    await loadModule(needed.url);
    loaded.add(needed.url);
    decoder.position = start;
    try {
      return decoder.read();
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      needed = error;
    }
  }
}
