/**
 * The modules that may export a function or a class, as far as the texts of modules and what was
 * loaded so far tell.
 *
 * @module
 * @internal
 */

import { locateFunction } from "../runtime/function_location.ts";
import {
  callerModules,
  exportedModules,
  importedModules,
  importsOf,
  moduleSource,
} from "../runtime/modules.ts";
import { requiredExport } from "../runtime/resolve.ts";
import { exportOf, mainModule, namespaceAt } from "./load_module.ts";
import { wordsOf } from "./source_text.ts";

/** A function or a class. */
export type Named = object & { readonly name: string };

/** Where a function or a class may be exported. */
export interface Exporters {
  readonly modules: readonly string[];
  /** The name of the export, where it is known: of the first module. */
  readonly as?: string;
  /** The imports of these modules that were looked through, too, by what the program calls them. */
  readonly specifiers: readonly string[];
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
  const word = escaped(name);
  return new RegExp(`\\bexport\\b[^;]*?(?<![\\w$])${word}(?![\\w$])`).test(text) ||
    // What has no name of its own is called so; on Bun after its file as well.
    (/(^|_)default$/.test(name) && /\bexport\s+default\b/.test(text));
}

/**
 * The beginning of an expression that may give a function which is called otherwise: a call, a
 * name.
 */
const given = String.raw`(?!(?:async|function|class|new|true|false|null|undefined)\b)[A-Za-z_$]`;
/**
 * A constant of such a value, whatever its pattern and its type are; bounded, as texts may be long.
 */
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

/** The package that a module is of; the program's own modules have none. */
const packageOf = (url: string): string | undefined =>
  /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(url)?.[0];

/** What a search has found, and the modules that it began with. */
interface Search extends Exporters {
  readonly near: readonly string[];
  /** These, and what they import. */
  readonly sources: readonly string[];
}

/** An export that is known, as its module is loaded. */
const known = ({ url, name }: { url: string; name: string }): Search => ({
  modules: [url],
  as: name,
  specifiers: [],
  near: [],
  sources: [],
});

/**
 * The modules that may export a function or a class: the main module, those that the call comes
 * through, and what these import, as whoever calls has the function from somewhere. Where none of
 * them names it, what was loaded by `require` is looked through, then whatever they import by other
 * than relative paths, as the runtime resolves it.
 */
export function exportersOf(value: Named): Exporters {
  const { modules, as, specifiers } = search(value, true);
  return { modules, specifiers, ...(as !== undefined && { as }) };
}

/**
 * `asksEngine`: whether the engine is asked at last where a function was written, which takes its
 * time.
 */
function search(value: Named, asksEngine: boolean): Search {
  const loaded = exportOf(value);
  if (loaded !== undefined) return known(loaded);
  const { name } = value;
  const { near, modules } = candidates(name);
  const sources = [...new Set([...near, ...near.flatMap(importedModules)])];
  if (name === "" || modules.some((url) => namesExport(moduleSource(url) ?? "", name))) {
    return { modules, specifiers: [], near, sources };
  }
  const required = requiredExport(value);
  if (required !== undefined) return known(required);
  const imports = sources.flatMap((url) => importsOf(url, name));
  const brought = imports.flatMap(({ url }) =>
    url !== undefined && exportsName(url, name) ? [url] : []
  );
  const all = [...new Set([...modules, ...brought])];
  const isElsewhere = asksEngine && all.length === 0 && !isWritten(sources, name);
  const located = isElsewhere ? locateFunction(value) : undefined;
  return {
    modules: located !== undefined && mayExport(located, name) ? [located] : all,
    specifiers: [...new Set(imports.map(({ specifier }) => specifier))],
    near,
    sources,
  };
}

/**
 * The same for one that is no target but a value, which must be exported: a module whose text does
 * not declare the export, or that is loaded and has none, is none of them.
 */
export function exportersOfValue(value: Named, asksEngine: boolean = true): Exporters {
  const { near, sources, modules, as, specifiers } = search(value, asksEngine);
  if (as !== undefined) return { modules, as, specifiers };
  const { name } = value;
  const isMade = name === ""
    ? (url: string) => holdsWords(url, wordsOf(String(value)))
    : () => !isWritten(sources, name);
  return {
    specifiers,
    modules: modules.filter((url) =>
      namespaceAt(url) === undefined &&
      (declaresExport(url, name) || (near.includes(url) && mayExportGiven(url) && isMade(url)))
    ),
  };
}

/** A function of fewer words may be written anywhere. */
const fewestWords = 3;

/**
 * Whether a module's text holds these words close to each other, types between them: a function
 * without a name that was written there, by whatever made it.
 */
function holdsWords(url: string, words: readonly string[]): boolean {
  if (words.length < fewestWords) return false;
  const all = wordsOf(moduleSource(url) ?? "");
  const furthest = 3 * words.length + 8;
  for (let start = all.indexOf(words[0]!); start >= 0; start = all.indexOf(words[0]!, start + 1)) {
    let found = 0;
    for (let i = start; i < start + furthest && found < words.length; i++) {
      if (all[i] === words[found]) found++;
    }
    if (found === words.length) return true;
  }
  return false;
}

const escaped = (name: string): string => name.replace(/[$]/g, "\\$&");

/**
 * Whether a module declares an export of this name, or one that something of this name may be given
 * as.
 */
function declaresExport(url: string, name: string, seen: Set<string> = new Set()): boolean {
  const text = moduleSource(url);
  if (text === undefined) return true;
  if (name === "") return false;
  const word = String.raw`(?<![\w$])${escaped(name)}(?![\w$])`;
  const is = (pattern: string) => new RegExp(pattern, "m").test(text);
  if (
    is(
      String
        .raw`\bexport\s+(?:default\s+)?(?:async\s+|abstract\s+|declare\s+)*(?:function\s*\*?|class)\s*${word}`,
    )
  ) return true;
  // In a pattern, too, and behind another constant.
  if (
    is(
      String
        .raw`\bexport\s+(?:const|let|var)\s+(?:${word}|[{[][^=]*${word}|[^;]*(?:^|,)\s*${word}\s*=(?![=>]))`,
    )
  ) return true;
  if (is(String.raw`\bexport\s*\{[^}]*${word}|\bexport\s+default\s+${word}`)) return true;
  if (/(^|_)default$/.test(name) && /\bexport\s+default\b/.test(text)) return true;
  if (/\bexports\s*[.=[]/.test(text) && is(word)) return true;
  if (!/\bexport\s*\*/.test(text) || seen.has(url)) return false;
  seen.add(url);
  // One that is not to be found may.
  return exportedModules(url).some((other) =>
    other === undefined || declaresExport(other, name, seen)
  );
}

/**
 * The main module and those that the call comes through, and which of them and of what they import
 * may export something of this name. Another package than the caller's own is only there because it
 * runs the program, as a test runner does, unless it says that it exports the name: to import it in
 * a child is to run it again.
 */
function candidates(name: string): { near: string[]; modules: string[] } {
  const main = mainModule();
  const callers = callerModules();
  const home = packageOf(callers[0] ?? main ?? "");
  const isNear = (url: string): boolean => [undefined, home].includes(packageOf(url));
  const all = [...(main === undefined ? [] : [main]), ...callers];
  const near = all.filter(isNear);
  // What has no name was written in place, nearly always: no module is to be imported for that.
  const imported = name === "" ? [] : near.flatMap(importedModules);
  const modules = [...new Set([...all, ...imported])].filter((url) =>
    all.includes(url) && !isNear(url)
      ? name !== "" && namesExport(moduleSource(url) ?? "", name)
      : mayExport(url, name) || (near.includes(url) && mayExportGiven(url))
  );
  return { near: [...new Set(near)], modules };
}

/** Whether a module has an export of this name, or has it of modules all of which it exports. */
function exportsName(url: string, name: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(url)) return false;
  seen.add(url);
  return namesExport(moduleSource(url) ?? "", name) ||
    exportedModules(url).some((other) => other !== undefined && exportsName(other, name, seen));
}

/** Whether something of this name is written in one of the modules, and so is most likely that. */
function isWritten(modules: readonly string[], name: string): boolean {
  const word = `(?<![\\w$])${escaped(name)}(?![\\w$])`;
  const declared = String.raw`\b(?:function\s*\*?|const|let|var|class)\s*${word}`;
  // A property, too.
  const arrow = String.raw`(?:[\w$]+|\((?:[^()]|\([^()]*\))*\)\s*(?::[^=;]{0,200})?)\s*=>`;
  const given = String.raw`${word}\s*[:=]\s*(?:async\s|function\b|class\b|${arrow})`;
  const written = new RegExp(`${declared}|${given}`);
  return modules.some((url) => written.test(moduleSource(url) ?? ""));
}
