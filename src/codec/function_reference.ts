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
import type { Namespace } from "../runtime/import_module.ts";
import { callerModules, importedModules, moduleSource } from "../runtime/modules.ts";
import { evaluate, isExpression } from "../runtime/source_code.ts";
import { loadModule, mainModule } from "./modules.ts";
import { hasSourceText, type SourceText, sourceTextOf } from "./source_text.ts";
import { type Callable, type TaskAddress, taskAddress, taskAt } from "./task.ts";

/** What is sent of a function. */
export type FunctionReference =
  | ({ readonly kind: "task" } & TaskAddress)
  | SourceText & {
    readonly kind: "source";
    readonly name: string;
    /** Modules that may export the function; none of them: it is inline. */
    readonly modules: readonly string[];
  };

/** A function that was found again, and whether it came as source text. */
export interface Found {
  readonly fn: Callable;
  readonly inline: boolean;
}

const remedy =
  "export it from the main module, or declare it with task(import.meta, fn) at a module's top level";

/** A name for messages. */
const called = (name: string): string => name === "" ? "an anonymous function" : name;

/** What only the text of a module may say. */
const importMeta = /\bimport\s*\.\s*meta\b/g;

/** Refuses what has no source text of its own. */
function checkSource(fn: Callable, source: string): void {
  const refuse = (what: string) => {
    throw new TaskReferenceError(
      `Cannot send ${called(fn.name)} as it is ${what}: wrap it in a function and ${remedy}`,
    );
  };
  if (/^class\b/.test(source)) refuse("a class");
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    refuse(fn.name.startsWith("bound ") ? "a bound function" : "a native function");
  }
  if (!isExpression(source.replace(importMeta, "meta"))) refuse("a method");
}

/** Refuses what would travel as its text and say there what only a module can. */
function checkInline(name: string, source: string): void {
  if (isExpression(source)) return;
  throw new TaskReferenceError(
    `Cannot send ${called(name)} as source text as it uses import.meta, which is its module's: ` +
      remedy,
  );
}

/**
 * Whether a module may export this function, judged by its text: what it cannot export is not
 * looked for there, and the module is not run for it. Errs towards yes.
 */
function mayExport(url: string, name: string): boolean {
  const text = moduleSource(url);
  // A CommonJS module names its exports in all kinds of assignments.
  if (text === undefined || /\bexport\s*\*|\bexports\s*[.=[]/.test(text)) return true;
  // An anonymous function becomes an export as the value of some other expression.
  if (name === "") return /\bexport\s+(const|let|var)\b|\bexport\s*\{/.test(text);
  return namesExport(text, name);
}

/** Whether a module's text has an export of this name. */
function namesExport(text: string, name: string): boolean {
  const word = name.replace(/[$]/g, "\\$&");
  return new RegExp(`\\bexport\\b[^;]*?(?<![\\w$])${word}(?![\\w$])`).test(text) ||
    // What has no name of its own is called so; on Bun after its file as well.
    (/(^|_)default$/.test(name) && /\bexport\s+default\b/.test(text));
}

/** The beginning of an expression that may give a function which is called otherwise: a call, a name. */
const given = String.raw`(?!(?:async|function|class|new|true|false|null|undefined)\b)[A-Za-z_$]`;
/** A constant of such a value, whatever its pattern and its type are; bounded, as texts may be long. */
const constant = String.raw`const\s(?:[^=]|=>){0,300}=(?!>)\s*${given}`;
/** An export whose value is not a function that is written there, with a name of its own. */
const givenExport = new RegExp(
  String.raw`\bexport\s+(?:let\b|var\b|default\s+${given}|${constant})`,
);
/** A variable that may be such an export, in a list of them elsewhere. */
const givenVariable = new RegExp(String.raw`^(?:let|var|${constant})`, "m");
const exportList = /\bexport\s*\{/;

/**
 * Whether a module may export a function that is not called so in its text: one that another
 * function made. Only asked of the modules that are sure to be there for whoever calls.
 */
function mayExportGiven(url: string): boolean {
  const text = moduleSource(url) ?? "";
  return givenExport.test(text) || (exportList.test(text) && givenVariable.test(text));
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
  const modules = exportersOf(name);
  if (modules.length === 0) checkInline(name, text.source);
  return { kind: "source", name, ...text, modules };
}

/** The package that a module is of; the program's own modules have none. */
const packageOf = (url: string): string | undefined =>
  /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(url)?.[0];

/**
 * The modules that may export something of this name: the main module, those that the call comes
 * through, and what these import, as whoever calls has the function from somewhere. Another package
 * than the caller's own is only there because it runs the program, as a test runner does, unless it
 * says that it exports the name: to import it in a child is to run it again.
 */
export function exportersOf(name: string): string[] {
  const main = mainModule();
  const callers = callerModules();
  const home = packageOf(callers[0] ?? main ?? "");
  const isNear = (url: string): boolean => [undefined, home].includes(packageOf(url));
  const all = [...(main === undefined ? [] : [main]), ...callers];
  const near = all.filter(isNear);
  // What has no name was written in place, nearly always: no module is to be imported for that.
  const imported = name === "" ? [] : near.flatMap(importedModules);
  return [...new Set([...all, ...imported])].filter((url) =>
    all.includes(url) && !isNear(url)
      ? name !== "" && namesExport(moduleSource(url) ?? "", name)
      : mayExport(url, name) || (near.includes(url) && mayExportGiven(url))
  );
}

/** Finds, in a child, the function that a reference names. Imports modules where it must. */
export async function resolveReference(reference: FunctionReference): Promise<Found> {
  if (reference.kind === "task") return { fn: await resolveTask(reference), inline: false };
  for (const url of reference.modules) {
    const fn = findExport(await loadModule(url), reference, url);
    if (fn !== undefined) return { fn: fn as Callable, inline: false };
  }
  checkInline(reference.name, reference.source);
  return { fn: evaluate(reference.source) as Callable, inline: true };
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
  namespace: Namespace,
  wanted: SourceText & { readonly name: string },
  url: string,
): unknown {
  const { name } = wanted;
  const matches = (value: unknown) =>
    typeof value === "function" && value.name === name && hasSourceText(value, wanted);
  if (Object.hasOwn(namespace, name) && matches(namespace[name])) return namespace[name];
  const found = new Set(Object.values(namespace).filter(matches));
  if (found.size < 2) return [...found][0];
  // Closures that one function made look alike, and are not the same.
  throw new TaskReferenceError(
    `Cannot tell which of ${found.size} exports of ${url} with the same source text is meant: ` +
      "declare each with task(import.meta, fn)",
  );
}

/** Adds to a `ReferenceError` out of an inline function what its author needs to know. */
export function explainClosure(error: unknown, { inline }: Found): unknown {
  if (inline && error instanceof ReferenceError) {
    error.message +=
      `. This function travelled as source text, and closures do not travel: ${remedy}`;
  }
  return error;
}

/** Calls a function that was found again. */
export async function callFound(found: Found, args: readonly unknown[]): Promise<unknown> {
  try {
    return await found.fn(...args as never[]);
  } catch (error) {
    throw explainClosure(error, found);
  }
}
