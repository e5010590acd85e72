/**
 * Whether a bundler has put this package into one file with the program, or into an executable.
 *
 * @module
 * @internal
 */

// Children are told to import the module that has this URL.
if (import.meta.url === undefined) {
  throw new Error(
    'Cannot load this package from a CommonJS bundle as import.meta.url is missing there: bundle as "esm"',
  );
}

/**
 * Whether this module is part of a bundle: then `import.meta.url` is the bundle's, in all modules.
 */
export const isBundled: boolean = !/\/src\/runtime\/bundle\.[jt]s$/.test(import.meta.url);
