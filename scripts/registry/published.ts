/** The package as `deno publish` sends it to JSR. */

import fs from "node:fs";
import path from "node:path";
import { root } from "../toolchain.mjs";
import { replaceSpecifiers } from "./specifiers.ts";

/** A package: its name, its version, and its files by their paths, which begin with a slash. */
export interface Package {
  /** With its scope: `@scope/name`. */
  readonly name: string;
  readonly version: string;
  /** The file of each subpath: `{ ".": "./mod.ts" }`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What of `deno.json` is used here. */
interface Config {
  name: string;
  version: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  publish: { include: string[] };
}

const isModule = (file: string): boolean => /\.[cm]?[jt]sx?$/.test(file);

/** Reads the package of this repository. */
export function publishedPackage(): Package {
  const config = JSON.parse(fs.readFileSync(path.join(root, "deno.json"), "utf8")) as Config;
  const files = new Map<string, Uint8Array>();
  for (const file of config.publish.include.flatMap(filesIn).toSorted()) {
    const bytes = fs.readFileSync(path.join(root, file));
    files.set("/" + file, isModule(file) ? unfurled(bytes, config) : bytes);
  }
  const { name, version, exports } = config;
  return { name, version, exports, files };
}

/** The files of a name in `publish.include`: of a folder those that are in it. */
function filesIn(name: string): string[] {
  const target = path.join(root, name);
  if (!fs.existsSync(target)) return [];
  if (fs.statSync(target).isFile()) return [name];
  return fs.readdirSync(target, { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join(name, file.replaceAll("\\", "/")))
    .filter((file) => fs.statSync(path.join(root, file)).isFile());
}

/** A name that only this repository's import map knows is replaced by what it means there. */
function unfurled(bytes: Uint8Array, { imports }: Config): Uint8Array {
  const text = replaceSpecifiers(
    new TextDecoder().decode(bytes),
    (specifier) => imports[specifier] ?? specifier,
  );
  return new TextEncoder().encode(text);
}
