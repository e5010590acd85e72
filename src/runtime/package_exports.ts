/**
 * What a package exports to `import`, by its `package.json`: where a runtime resolves for the
 * module that asks alone, and not for another.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * What a specifier leads to: a path, the first that holds of some conditions, the first of a list.
 */
type ExportTarget = string | null | readonly ExportTarget[] | {
  readonly [condition: string]: ExportTarget;
};

interface PackageFile {
  readonly exports?: ExportTarget;
  readonly imports?: { readonly [name: string]: ExportTarget };
}

/**
 * The URL that a specifier of a package (`@acme/tasks/more`), or one of the parent's own package
 * (`#lib/f.ts`), leads to; `undefined` where no `package.json` says so.
 */
export function packageExport(
  specifier: string,
  parent: string,
  conditions: readonly string[],
): string | undefined {
  const isOwn = specifier.startsWith("#");
  const [, name, rest = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  let folder = path.dirname(fileURLToPath(parent));
  for (;;) {
    const home = isOwn ? folder : path.join(folder, "node_modules", name);
    const file = path.join(home, "package.json");
    if (fs.existsSync(file)) {
      const { exports, imports } = JSON.parse(fs.readFileSync(file, "utf8")) as PackageFile;
      const found = isOwn
        ? lookUp(imports ?? {}, specifier, conditions)
        : lookUp(withSubpaths(exports), `.${rest}`, conditions);
      if (found === undefined) return undefined;
      if (!found.startsWith("./")) {
        return packageExport(found, pathToFileURL(file).href, conditions);
      }
      return pathToFileURL(fs.realpathSync(path.join(home, found))).href;
    }
    const above = path.dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
}

/** An `exports` that is not divided says what the package itself is. */
function withSubpaths(
  exports: ExportTarget | undefined,
): { readonly [name: string]: ExportTarget } {
  if (exports === undefined || exports === null) return {};
  const isDivided = typeof exports === "object" && !Array.isArray(exports) &&
    Object.keys(exports).some((key) => key.startsWith("."));
  return isDivided ? exports as { readonly [name: string]: ExportTarget } : { ".": exports };
}

/** The path for a name, which a key may say with a `*`: the longest such key holds. */
function lookUp(
  targets: { readonly [name: string]: ExportTarget },
  name: string,
  conditions: readonly string[],
): string | undefined {
  if (Object.hasOwn(targets, name)) return choose(targets[name]!, conditions);
  const fitting = Object.keys(targets).filter((key) => {
    const [before, after] = key.split("*");
    return after !== undefined && name.startsWith(before!) && name.endsWith(after) &&
      name.length >= key.length;
  });
  const [key] = fitting.sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  if (key === undefined) return undefined;
  const [before, after] = key.split("*") as [string, string];
  const star = name.slice(before.length, name.length - after.length);
  return choose(targets[key]!, conditions)?.replaceAll("*", star);
}

function choose(target: ExportTarget, conditions: readonly string[]): string | undefined {
  if (typeof target === "string") return target;
  if (target === null) return undefined;
  const rest = Array.isArray(target)
    ? target as readonly ExportTarget[]
    : Object.entries(target).filter(([key]) => conditions.includes(key)).map(([, value]) => value);
  for (const one of rest) {
    const found = choose(one, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}
