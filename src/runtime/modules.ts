/**
 * What a program can know of its own modules: who called, and what a module's text is.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import { builtinModules } from "node:module";
import { pathToFileURL } from "node:url";
import { capabilities } from "./capabilities.ts";
import { resolveFrom } from "./resolve.ts";
import { ownStack, stackFiles } from "./stack.ts";

/** Where this package's own modules are; `undefined` in a bundle, where they are nowhere apart. */
const ownRoot = /^(.*\/)src\/runtime\/modules\.[jt]s$/.exec(import.meta.url)?.[1];

const isOwn = (url: string): boolean =>
  ownRoot !== undefined &&
  (url.startsWith(ownRoot + "src/") || /^mod\.[jt]s$/.test(url.slice(ownRoot.length)));

/**
 * A place in a line of a stack trace: an URL, or on Bun the path of a file. Either may hold spaces
 * and parentheses.
 */
const place =
  /(?:^at (?:async )?|\()((?:file|https?):\/\/[^<]+?|\/[^<]+?|[A-Za-z]:\\[^<]+?)(?::\d+){1,2}\)?$/;

/** The URL of a place. Deno shows that of a file decoded, so what is in it is a path, too. */
function urlOf(found: string): string {
  if (!/^(file|https?):/.test(found)) return pathToFileURL(found).href;
  const isPath = capabilities.decodesStackURLs && found.startsWith("file:///");
  return isPath ? pathToFileURL(found.slice("file://".length)).href : found;
}

/** How many frames of a call's stack are looked at. */
const deepest = 50;

/**
 * The URLs of the modules that this call comes through, the nearest first. Only a hint: Bun makes
 * proper tail calls, so the caller's own frame may be missing.
 */
export function callerModules(): string[] {
  const modules = new Set<string>();
  for (const line of ownStack(deepest).split("\n")) {
    const found = place.exec(line.trim())?.[1];
    if (found === undefined) continue;
    const url = urlOf(found);
    if (!isOwn(url)) modules.add(url);
  }
  return [...modules];
}

/**
 * Whether this call comes through no file with that URL, though it says so: webpack and Turbopack
 * write the URL of the source in place of `import.meta.url`. A stack as text would not do, as
 * source maps make that tell of the sources, too.
 */
export function isElsewhere(url: string): boolean {
  if (!url.startsWith("file:")) return false;
  const files = stackFiles(deepest);
  return files.length > 0 && !files.some((name) => pathOf(urlOf(name)) === pathOf(url));
}

/** What tells a file from others, whatever of its name is escaped, and whatever its query is. */
const pathOf = (url: string): string =>
  new URL(url).pathname.replace(/%[2-7][\dA-F]/gi, decodeURIComponent);

/** A static import or re-export: what it brings, and the text of its specifier. */
const importing = /\b(?:import|export)\b([^'"`;]*?)\bfrom\s*["']([^"']+)["']/g;
/** One whose specifier is an argument. */
const calling = /\b(?:import|require)\s*\(\s*["'`]([^"'`$]+)["'`]/g;
/** What Bun and bundlers let one leave out. */
const endings = ["", ".ts", ".js", ".mjs", ".tsx", ".jsx", "/index.ts", "/index.js"];

const isRelative = (specifier: string): boolean => /^(\.{0,2}\/|file:)/.test(specifier);

/** The modules that a module imports by relative paths, by its text; those that can be read. */
export function importedModules(url: string): string[] {
  const specifiers = [...(moduleSource(url) ?? "").matchAll(importing)].map((match) => match[2]!);
  return specifiers.filter(isRelative).flatMap((specifier) => {
    const { href } = new URL(specifier, url);
    const found = endings.map((ending) => href + ending).find(moduleSource);
    return found === undefined || isOwn(found) ? [] : [found];
  });
}

/**
 * An import that may have brought something, and the module that it leads to, where that is known.
 */
export interface Import {
  readonly specifier: string;
  readonly url: string | undefined;
}

/**
 * The imports of a module that may have brought something of this name, by the module's text: those
 * that name it, or that bring a whole module, all as the runtime resolves them.
 */
export function importsOf(url: string, name: string): Import[] {
  const text = moduleSource(url) ?? "";
  const named = new RegExp(`(?<![\\w$])${name.replace(/[$]/g, "\\$&")}(?![\\w$])|\\*`);
  const brings = (clause: string): boolean =>
    named.test(clause) || (!/^\s*type\b/.test(clause) && !/^\s*\{/.test(clause));
  const specifiers = [
    ...[...text.matchAll(importing)].filter((match) => brings(match[1]!)).map((match) => match[2]!),
    ...[...text.matchAll(calling)].map((match) => match[1]!),
  ];
  return [...new Set(specifiers)].filter((specifier) => !isBuiltin(specifier)).flatMap(
    (specifier) => {
      const found = resolveFrom(specifier, url);
      return found !== undefined && isOwn(found) ? [] : [{ specifier, url: found }];
    },
  );
}

const isBuiltin = (specifier: string): boolean =>
  /^(node|bun):/.test(specifier) || builtinModules.includes(specifier);

/**
 * The modules all of which a module exports, by its text; `undefined` for one that is not to be
 * found.
 */
export function exportedModules(url: string): (string | undefined)[] {
  const text = moduleSource(url) ?? "";
  const specifiers = [...text.matchAll(/\bexport\s*\*\s*from\s*["']([^"']+)["']/g)];
  return specifiers.map((match) => resolveFrom(match[1]!, url));
}

const sources = new Map<string, string | undefined>();

/** The text of a module that is a file; `undefined` where it cannot be read. */
export function moduleSource(url: string): string | undefined {
  if (!sources.has(url)) sources.set(url, readSource(url));
  return sources.get(url);
}

function readSource(url: string): string | undefined {
  if (!url.startsWith("file:") || !capabilities.permits("read")) return undefined;
  try {
    return fs.readFileSync(new URL(url), "utf8");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A main module that is no file (that of `deno test`) exports nothing. Of one that is not
    // readable nothing is known.
    return "code" in error && error.code === "ENOENT" ? "" : undefined;
  }
}
