/**
 * The package as JSR makes it for npm: each module as JavaScript, and its declarations under
 * `_dist/`. What one module declares follows from its own text (`isolatedDeclarations`).
 */

import ts from "typescript";
import type { Package } from "./published.ts";
import { replaceSpecifiers } from "./specifiers.ts";

/** How npm knows a package of JSR: `@scope/name` is `@jsr/scope__name`. */
export const npmName = (name: string): string => `@jsr/${name.slice(1).replace("/", "__")}`;

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  verbatimModuleSyntax: true,
  declaration: true,
  isolatedDeclarations: true,
  // `deno task check` has seen to the types.
  noCheck: true,
  noResolve: true,
  types: [],
};

/** The package for npm: its files, with what they were built to, and its `package.json`. */
export function buildForNpm({ name, version, exports, files }: Package): Package {
  const sources = [...files.keys()].filter((path) => path.endsWith(".ts"));
  const manifest = {
    name: npmName(name),
    version,
    type: "module",
    exports: Object.fromEntries(
      Object.entries(exports).map(([subpath, file]) => [subpath, npmExport(file)]),
    ),
    dependencies: {},
  };
  const text = JSON.stringify(manifest, undefined, 2);
  const built = new Map([...files, ...emitted(sources, files)]);
  built.set("/package.json", new TextEncoder().encode(text));
  return { name: npmName(name), version, exports, files: built };
}

const npmExport = (file: string) => ({
  types: "./_dist" + file.slice(1).replace(/\.ts$/, ".d.ts"),
  default: file.replace(/\.ts$/, ".js"),
});

/** What TypeScript makes of the modules, by path. */
function* emitted(sources: string[], files: Package["files"]): Iterable<[string, Uint8Array]> {
  const host = ts.createCompilerHost(compilerOptions);
  const fromDisk = host.getSourceFile;
  host.getSourceFile = (path, options) => {
    const bytes = files.get(path);
    if (bytes === undefined) return fromDisk.call(host, path, options);
    return ts.createSourceFile(path, withJavaScriptNames(bytes), options);
  };
  const output: [string, string][] = [];
  host.writeFile = (path, text) => output.push([path, text]);
  const { diagnostics } = ts.createProgram(sources, compilerOptions, host).emit();
  for (const { messageText, file } of diagnostics) {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n");
    throw new Error(`Cannot build ${file?.fileName ?? "the package"}: ${message}`);
  }
  for (const [path, text] of output) {
    yield [path.endsWith(".d.ts") ? "/_dist" + path : path, new TextEncoder().encode(text)];
  }
}

/** Declarations, too, name their neighbours so: TypeScript finds what is declared beside it. */
const withJavaScriptNames = (module: Uint8Array): string =>
  replaceSpecifiers(
    new TextDecoder().decode(module),
    (specifier) => /^\.\.?\//.test(specifier) ? specifier.replace(/\.ts$/, ".js") : specifier,
  );
