/**
 * Where a specifier leads, as the runtime resolves it from a module: by import maps, the `imports`
 * and `exports` of `package.json`, the paths of `tsconfig.json`, workspaces.
 *
 * @module
 * @internal
 */

import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type NodeModule from "node:module";
import { forRuntime } from "./capabilities.ts";
import { packageExport } from "./package_exports.ts";

/** Resolves like `import`, or `undefined` where that cannot be told from here. */
type Resolve = (specifier: string, parent: string) => string | undefined;

/** Not called as it stands there: webpack would look for all that it may be asked for. */
const { resolve: resolveHere } = import.meta;

const nodeModule = (): typeof NodeModule => process.getBuiltinModule("node:module");

/**
 * By the rules of `require`, which differ for a package that exports something else to `import`.
 */
const asRequire: Resolve = (specifier, parent) =>
  pathToFileURL(nodeModule().createRequire(parent).resolve(specifier)).href;

/** Bun takes a folder, and no URL, for what the specifier is relative to. */
const byBun: Resolve = (specifier, parent) => {
  const { Bun } = globalThis as unknown as { Bun: { resolveSync: Resolve } };
  return pathToFileURL(Bun.resolveSync(specifier, path.dirname(fileURLToPath(parent)))!).href;
};

/** Deno has one import map for the whole program. Packages are of the module that asks. */
const byDeno: Resolve = (specifier, parent) => {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, parent).href;
  return attempt(() => packageExport(specifier, parent, denoConditions)) ??
    attempt(() => resolveHere(specifier)) ?? asRequire(specifier, parent);
};

const denoConditions: readonly string[] = ["deno", "node", "import", "module-sync", "default"];

/** Node resolves for another module only where a hook says that it is that one which asks. */
const byNode: Resolve = (specifier, parent) => {
  const hook = nodeModule().registerHooks({
    resolve: (wanted, context, next) => next(wanted, { ...context, parentURL: parent }),
  });
  try {
    return attempt(() => resolveHere(specifier)) ?? asRequire(specifier, parent);
  } finally {
    hook.deregister();
  }
};

const resolve = forRuntime<Resolve>({ bun: byBun, deno: byDeno, node: byNode });

/**
 * The URL of the file that a module imports by a specifier; `undefined` if it is none, or not to be
 * found.
 */
export function resolveFrom(specifier: string, parent: string): string | undefined {
  if (!parent.startsWith("file:")) return undefined;
  const url = attempt(() => resolve(specifier, parent));
  return url?.startsWith("file:///") ? url : undefined;
}

/** Programs name modules that are not there, for one only in another runtime, and go on without. */
function attempt<T>(action: () => T | undefined): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** What the modules hold that this program has loaded by `require`, on Bun also by `import`. */
type Cache = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

/** Where a function or a class is exported. */
export interface ExportLocation {
  readonly url: string;
  readonly name: string;
}

/** The export that a function or a class is, of a module in the cache of `require`. */
export function requiredExport(
  value: object & { readonly name: string },
): ExportLocation | undefined {
  // A bundle may have no URL.
  const cache = attempt((): Cache | undefined => nodeModule().createRequire(import.meta.url).cache);
  for (const [file, module] of Object.entries(cache ?? {})) {
    const name = path.isAbsolute(file) ? nameIn(module?.exports, value) : undefined;
    if (name !== undefined) return { url: pathToFileURL(file).href, name };
  }
  return undefined;
}

/**
 * The name under which an object holds a value. No getter is called but the one of the value's own
 * name.
 */
function nameIn(exports: unknown, value: object & { readonly name: string }): string | undefined {
  if (exports === value) return "default";
  if (typeof exports !== "object" || exports === null) return undefined;
  return attempt(() => {
    if (Object.hasOwn(exports, value.name)) {
      if ((exports as Record<string, unknown>)[value.name] === value) return value.name;
    }
    const all = Object.entries(Object.getOwnPropertyDescriptors(exports));
    return all.find(([, property]) => property.value === value)?.[0];
  });
}
