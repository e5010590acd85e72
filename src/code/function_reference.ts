/**
 * Functions by reference. A child finds a function again as an export with the same name and the
 * same source text, or as a declared task; one that is neither is an inline function, and travels
 * as its source text.
 *
 * The parent cannot look at the exports of a main module that is still running, so it names the
 * modules that may export the function, and the child decides.
 *
 * @module
 * @internal
 */

import { TaskReferenceError } from "../errors.ts";
import type { ModuleNamespace } from "../runtime/import_module.ts";
import { evaluate, isExpression } from "../runtime/source_code.ts";
import { type Exporters, exportersOf, exportersOfValue } from "./exporters.ts";
import { exportedValues, isOwnMain, loadModule, namespaceAt } from "./load_module.ts";
import { ModuleNeeded } from "./module_needed.ts";
import { noteSent, sentBefore } from "./sent_functions.ts";
import { hasSourceText, type SourceText, sourceTextOf } from "./source_text.ts";
import { type Callable, type TaskAddress, taskAddress, taskAt } from "./task.ts";

/** A function that a module may export; of one that none exports, the text is sent. */
export interface SourceReference extends SourceText, Exporters {
  readonly kind: "source";
  readonly name: string;
}

/** What is sent of a function. */
export type FunctionReference = ({ readonly kind: "task" } & TaskAddress) | SourceReference;

/** A function that was found again, and whether it came as source text. */
export interface FoundFunction {
  readonly fn: Callable;
  readonly inline: boolean;
  /** Of an inline one, where it was looked for, for a message. */
  readonly sought?: string;
}

const remedy =
  "export it from the main module, or declare it with task(import.meta, fn) at a module's top level";

/** A name for messages. */
const called = (name: string): string => name === "" ? "an anonymous function" : name;

/** What only the text of a module may say. */
const importMeta = /\bimport\s*\.\s*meta\b/g;

/** What a function is that has no source text of its own. */
function withoutText(fn: Callable, source: string): string | undefined {
  if (/^class\b/.test(source)) return "a class";
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    return fn.name.startsWith("bound ") ? "a bound function" : "a native function";
  }
  return isExpression(source.replace(importMeta, "meta")) ? undefined : "a method";
}

/** Refuses what has no source text of its own. */
function checkSource(fn: Callable, source: string): void {
  const what = withoutText(fn, source);
  if (what === undefined) return;
  throw new TaskReferenceError(
    `Cannot send ${called(fn.name)} as it is ${what}: wrap it in a function and ${remedy}`,
  );
}

/** Refuses what would travel as its text and say there what only a module can. */
function checkInline(name: string, source: string): void {
  if (isExpression(source)) return;
  throw new TaskReferenceError(
    `Cannot send ${called(name)} as source text as it uses import.meta, which is its module's: ` +
      remedy,
  );
}

const references = new WeakMap<Callable, FunctionReference>();

/**
 * The reference to send for a function.
 *
 * @throws {TaskReferenceError} If it is native, bound, a method or a class.
 */
export function referenceTo(fn: Callable): FunctionReference {
  const known = references.get(fn);
  if (known !== undefined) return known;
  const reference = newReference(fn);
  references.set(fn, reference);
  return reference;
}

function newReference(fn: Callable): FunctionReference {
  const address = taskAddress(fn);
  if (address !== undefined) return { kind: "task", ...address };
  const text = sourceTextOf(fn);
  checkSource(fn, text.source);
  const { name } = fn;
  const exporters = exportersOf(fn);
  if (exporters.modules.length === 0) checkInline(name, text.source);
  else noteSent(fn, exporters.modules);
  return { kind: "source", name, ...text, ...exporters };
}

/** A function that is no target but a value, and that a module may export. */
export type FunctionValue = Omit<SourceReference, "kind" | "specifiers">;

const values = new WeakMap<Callable, FunctionValue>();

/** What to send of a function that is a value, or what it is that it cannot travel. */
export function valueReference(fn: Callable): FunctionValue | string {
  const known = values.get(fn);
  if (known !== undefined) return known;
  const text = sourceTextOf(fn);
  const what = withoutText(fn, text.source);
  if (what !== undefined) return what;
  const { modules, as } = exportersOfValue(fn);
  if (modules.length === 0) return "a function that no module exports";
  noteSent(fn, modules);
  const value = { name: fn.name, ...text, modules, ...(as !== undefined && { as }) };
  values.set(fn, value);
  return value;
}

/**
 * The function that came as a value.
 *
 * @throws {ModuleNeeded} If a module that may export it is not loaded here.
 * @throws {TaskReferenceError} If none of the modules exports it.
 */
export function functionOf(value: FunctionValue): Callable {
  const { name, modules } = value;
  const isMeant = (other: object) =>
    (other as Callable).name === name && hasSourceText(other, value);
  const sent = sentBefore(name, modules, isMeant);
  if (sent !== undefined) return sent as Callable;
  for (const url of modules) {
    // This thread's own main module has not sent it, and cannot be imported.
    if (isOwnMain(url)) continue;
    const namespace = namespaceAt(url);
    if (namespace === undefined) throw new ModuleNeeded(url, `function ${name || "(anonymous)"}`);
    const fn = findExport(namespace, value, url);
    if (fn !== undefined) return fn as Callable;
  }
  throw new TaskReferenceError(
    modules.some(isOwnMain)
      ? `Cannot find function ${name || "(anonymous)"} as its module is this program's main ` +
        "module, which cannot import itself: declare it with task(import.meta, fn) there, " +
        "before the first await"
      : `Cannot find function ${name || "(anonymous)"} as none of the modules that may export it ` +
        `does (${modules.join(", ")}): export it, or declare it with task(import.meta, fn) at a ` +
        "module's top level",
  );
}

/** Finds, in a child, the function that a reference names. Imports modules where it must. */
export async function resolveReference(reference: FunctionReference): Promise<FoundFunction> {
  if (reference.kind === "task") return { fn: await resolveTask(reference), inline: false };
  for (const url of reference.modules) {
    const fn = findExport(await loadModule(url), reference, url);
    if (fn !== undefined) return { fn: fn as Callable, inline: false };
  }
  checkInline(reference.name, reference.source);
  const fn = evaluate(reference.source) as Callable;
  return { fn, inline: true, sought: soughtIn(reference) };
}

async function resolveTask(address: TaskAddress): Promise<Callable> {
  const loaded = taskAt(address);
  if (loaded !== undefined) return loaded;
  await loadModule(address.url);
  const fn = taskAt(address);
  if (fn !== undefined) return fn;
  throw new TaskReferenceError(
    `Cannot find task ${address.name || "(anonymous)"} in ${address.url}: ` +
      "call task() at the module's top level, so that it runs in every child",
  );
}

/** The export with this name and source text, or the only one so made under another name. */
export function findExport(
  namespace: ModuleNamespace,
  wanted: SourceText & { readonly name: string; readonly as?: string },
  url: string,
): unknown {
  const { name, as = name } = wanted;
  const all = exportedValues(namespace).filter(([, value]) =>
    (value as Callable).name === name && hasSourceText(value, wanted)
  );
  const named = all.find(([exported]) => exported === as);
  if (named !== undefined) return named[1];
  const found = new Set(all.map(([, value]) => value));
  if (found.size < 2) return [...found][0];
  // Closures that one function made look alike, and are not the same.
  throw new TaskReferenceError(
    `Cannot tell which of ${found.size} exports of ${url} with the same source text is meant: ` +
      "declare each with task(import.meta, fn)",
  );
}

/** Adds to a `ReferenceError` out of an inline function what its author needs to know. */
export function explainClosure(error: unknown, { inline, sought = "" }: FoundFunction): unknown {
  if (inline && error instanceof ReferenceError) {
    error.message +=
      `. This function travelled as source text, and closures do not travel: ${remedy}${sought}`;
  }
  return error;
}

/** Where an export was looked for in vain, for a message; at most so many of each. */
const mostNamed = 8;

function soughtIn({ name, modules, specifiers }: SourceReference): string {
  if (modules.length + specifiers.length === 0) return "";
  const inModules = modules.length === 0 ? [] : [modules.slice(0, mostNamed).join(", ")];
  const byImports = specifiers.length === 0
    ? []
    : [`the imports ${specifiers.slice(0, mostNamed).map((text) => `"${text}"`).join(", ")}`];
  return `. An export ${name === "" ? "with its text" : name} was looked for in ` +
    [...inModules, ...byImports].join(" and in ");
}

/** Calls a function that was found again. */
export async function callFound(found: FoundFunction, args: readonly unknown[]): Promise<unknown> {
  try {
    return await found.fn(...args as never[]);
  } catch (error) {
    throw explainClosure(error, found);
  }
}
