/**
 * Bundles programs as their users would: node build.mjs <folder> <bundler>=<program> ... makes
 * <bundler>.mjs in the folder. Those that know no TypeScript have the types taken away first.
 */

import { stripTypeScriptTypes } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const [folder, ...programs] = process.argv.slice(2);

async function rollup(input, name) {
  const { rollup } = await import("rollup");
  const types = {
    name: "types",
    transform: (code) => ({ code: stripTypeScriptTypes(code), map: null }),
  };
  const bundle = await rollup({ input, external: /^node:/, plugins: [types] });
  await bundle.write({ file: path.join(folder, `${name}.mjs`), format: "es" });
}

async function rolldown(input, name) {
  const { build } = await import("rolldown");
  const file = path.join(folder, `${name}.mjs`);
  await build({ input, platform: "node", output: { file, format: "esm" } });
}

async function vite(input, name) {
  const { build } = await import("vite");
  const output = { entryFileNames: `${name}.mjs` };
  await build({
    ...{ configFile: false, logLevel: "error", root: path.dirname(input) },
    ssr: { noExternal: true },
    build: {
      ...{ ssr: input, outDir: folder, emptyOutDir: false, target: "esnext" },
      rollupOptions: { output },
    },
  });
}

async function tsup(input, name) {
  const { build } = await import("tsup");
  await build({
    ...{ entry: { [name]: input }, outDir: folder, format: "esm", platform: "node" },
    ...{ config: false, silent: true, target: "esnext", outExtension: () => ({ js: ".mjs" }) },
  });
}

const webpack = (parser, splitChunks = false) => async (input, name) => {
  const { default: run } = await import("webpack");
  const loader = fileURLToPath(new URL("strip_types.mjs", import.meta.url));
  const config = {
    ...{ mode: "none", target: "node", entry: { [name]: input } },
    experiments: { outputModule: true },
    module: { rules: [{ test: /\.ts$/, loader }], parser: { javascript: parser } },
    output: { path: folder, filename: "[name].mjs", module: true, library: { type: "module" } },
    optimization: { splitChunks },
  };
  const { promise, resolve, reject } = Promise.withResolvers();
  run(config, (error, stats) => {
    const { errors = [], warnings = [] } = stats?.toJson({ errors: true, warnings: true }) ?? {};
    // A warning is what a user sees first.
    const [fault] = [...errors, ...warnings];
    if (error !== null || fault !== undefined) reject(error ?? new Error(fault.message));
    else resolve(undefined);
  });
  await promise;
};

const library = { test: /[\\/]src[\\/]/, name: "library", enforce: true };

const bundlers = {
  ...{ rollup, rolldown, vite, tsup },
  "webpack": webpack({ importMeta: false }),
  // What the program imports is a chunk of its own, which does nothing by itself.
  "webpack-split": webpack({ importMeta: false }, { chunks: "all", cacheGroups: { library } }),
  // As webpack does it by default: `import.meta.url` is that of the source.
  "webpack-plain": webpack({}),
  "webpack-moved": webpack({}),
};

await Promise.all(programs.map((word) => {
  const [name, program] = word.split("=");
  return bundlers[name](program, name);
}));
