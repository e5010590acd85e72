/**
 * Modules that a child imports because a function or a class of theirs was named to it, and what
 * they turned out to export.
 *
 * @module
 * @internal
 */

import { TaskReferenceError } from "../errors.ts";
import { bootNote } from "../runtime/boot.ts";
import { runtime } from "../runtime/current.ts";
import { importModule, type ModuleNamespace } from "../runtime/import_module.ts";
import { isMainPartStop } from "../runtime/main_part.ts";
import { importRefusal, isForeign, type Origin } from "./origin.ts";
import type { ModuleNeeded } from "./module_needed.ts";
import { noteModule, schemeRefusal } from "./schemes.ts";

/** Where a function or a class is exported. */
export interface Export {
  readonly url: string;
  readonly name: string;
}

/** The modules that were imported here by their URLs. */
const namespaces = new Map<string, ModuleNamespace>();
/** What these modules export. */
const exportsOf = new WeakMap<object, Export>();

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

/** Whether it is the main module of this very thread: an import of it may wait for itself. */
export function isOwnMain(url: string): boolean {
  return bootNote() === undefined && url === mainModule();
}

/** What a module exports that was imported here by its URL; `undefined`: it was not. */
export function namespaceAt(url: string): ModuleNamespace | undefined {
  return namespaces.get(url);
}

/**
 * Where a function or a class is exported, if a module that was imported here by its URL does so.
 */
export function exportOf(value: object): Export | undefined {
  return exportsOf.get(value);
}

/** Notes where a function or a class is exported. */
export function noteExport(value: object, place: Export): void {
  if (!exportsOf.has(value)) exportsOf.set(value, place);
}

/**
 * Imports a module by its URL, as `origin` has named it.
 *
 * @throws {TaskReferenceError} If that is no absolute URL, or one that `origin` may not name.
 */
export async function loadModule(
  url: string,
  origin: Origin = "program",
): Promise<ModuleNamespace> {
  const known = namespaces.get(url);
  if (known !== undefined) return known;
  if (isOwnMain(url)) {
    // A module that imports itself while it still evaluates waits for ever.
    throw new TaskReferenceError(
      `Cannot find what was named of ${url}: call task() and registerClass() at its top level, ` +
        "before the first await",
    );
  }
  const refusal = schemeRefusal(url, origin);
  if (refusal !== undefined) {
    throw new TaskReferenceError(`Cannot import ${JSON.stringify(url)} as ${refusal}`);
  }
  const namespace = await evaluateModule(url);
  if (!isForeign(origin)) noteModule(url);
  namespaces.set(url, namespace);
  for (const [name, value] of exportedValues(namespace)) noteExport(value, { url, name });
  return namespace;
}

/**
 * Imports the module that a value needs, which somebody has sent. One that is only guessed may be
 * of no use.
 *
 * @throws {TaskReferenceError} If nothing is imported for who has sent it.
 */
export async function loadNeeded(
  { url, isGuess, message }: ModuleNeeded,
  origin: Origin,
): Promise<void> {
  const refusal = importRefusal(origin);
  if (refusal !== undefined) throw new TaskReferenceError(`${message}: ${refusal}`);
  try {
    await loadModule(url, origin);
  } catch (error) {
    if (!isGuess) throw error;
    // The value arrives without its class, as it would if no module had been guessed.
    namespaces.set(url, {});
  }
}

async function evaluateModule(url: string): Promise<ModuleNamespace> {
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

/** The functions and classes that a module exports, by their names there. */
export function exportedValues(namespace: ModuleNamespace): [string, object][] {
  const values: [string, object][] = [];
  // A CommonJS module's exports are the default, and not all of them are named beside it.
  const { default: common } = namespace;
  const parts = typeof common === "object" && common !== null ? [namespace, common] : [namespace];
  for (const part of parts) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(part))) {
      if (typeof value === "function") values.push([name, value]);
    }
  }
  return values;
}
