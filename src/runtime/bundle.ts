/**
 * Whether a bundler has put this package into one file with the program, or into an executable.
 *
 * @module
 * @internal
 */

import { deno } from "./deno/permissions.ts";

// Children are told to import the module that has this URL.
if (import.meta.url === undefined) {
  throw new Error(
    'Cannot load this package from a CommonJS bundle as import.meta.url is missing there: bundle as "esm"',
  );
}

/** Whether this module is part of a bundle: then `import.meta.url` is the bundle's, in all modules. */
export const isBundled: boolean = !/\/src\/runtime\/bundle\.[jt]s$/.test(import.meta.url);

/**
 * Whether the program is an executable that `bun build --compile` made. It holds one bundle, which
 * it always runs as its main module: it takes no script, and under `BUN_BE_BUN` finds no module of
 * its own.
 */
export const isBunExecutable: boolean = /^file:\/\/\/(\$bunfs|[A-Z]:\/(~|%7E)BUN)\//.test(
  import.meta.url,
);

/**
 * Whether the program is an executable that `deno compile` made. Its modules are not bundled, but it
 * always runs its own main module, unless a child of it was started by node's `fork()`.
 */
export const isDenoExecutable: boolean = "Deno" in globalThis && deno().build.standalone;
