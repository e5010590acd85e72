/**
 * The package as JSR makes it for npm: each module as JavaScript, and its declarations under
 * `_dist/`. It is made file by file, which `isolatedDeclarations` allows.
 */

import ts from "typescript";
import type { Package } from "./published.ts";
import { replaceSpecifiers } from "./specifiers.ts";

/** How npm knows a package of JSR: `@scope/name` is `@jsr/scope__name`. */
export const npmName = (name: string): string => `@jsr/${name.slice(1).replace("/", "__")}`;

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

const options: ts.TranspileOptions = { compilerOptions, reportDiagnostics: true };

const withExtension = (extension: string) => (specifier: string): string =>
  /^\.\.?\/.*(?<!\.d)\.ts$/.test(specifier) ? specifier.replace(/\.ts$/, extension) : specifier;

/** The package for npm: its files, and its `package.json`. */
export function buildForNpm({ name, version, exports, files }: Package): Package {
  const built = new Map<string, Uint8Array>();
  const encoder = new TextEncoder();
  for (const [path, bytes] of files) {
    built.set(path, bytes);
    if (!path.endsWith(".ts")) continue;
    const text = new TextDecoder().decode(bytes);
    built.set(path.replace(/\.ts$/, ".js"), encoder.encode(toJavaScript(path, text)));
    built.set("/_dist" + path.replace(/\.ts$/, ".d.ts"), encoder.encode(declarations(path, text)));
  }
  const manifest = {
    name: npmName(name),
    version,
    type: "module",
    exports: npmExports(exports),
    dependencies: {},
    homepage: `https://jsr.io/${name}`,
  };
  built.set("/package.json", encoder.encode(JSON.stringify(manifest, undefined, 2)));
  return { name: npmName(name), version, exports, files: built };
}

function npmExports(exports: Package["exports"]): unknown {
  return Object.fromEntries(
    Object.entries(exports).map(([subpath, file]) => [subpath, {
      types: "./_dist" + file.slice(1).replace(/\.ts$/, ".d.ts"),
      default: file.replace(/\.ts$/, ".js"),
    }]),
  );
}

function toJavaScript(path: string, text: string): string {
  const source = replaceSpecifiers(text, withExtension(".js"));
  return checked(path, ts.transpileModule(source, { ...options, fileName: path }));
}

function declarations(path: string, text: string): string {
  const source = replaceSpecifiers(text, withExtension(".d.ts"));
  return checked(path, ts.transpileDeclaration(source, { ...options, fileName: path }));
}

function checked(path: string, { outputText, diagnostics = [] }: ts.TranspileOutput): string {
  const [first] = diagnostics;
  if (first === undefined) return outputText;
  const message = ts.flattenDiagnosticMessageText(first.messageText, "\n");
  throw new Error(`Cannot build ${path}: ${message}`);
}
