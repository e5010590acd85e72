/**
 * Importing a module by an URL that is known only when the program runs.
 *
 * @module
 * @internal
 */

/** The exports of a module. */
export type ModuleNamespace = Readonly<Record<string, unknown>>;

/**
 * Imports a module by its URL. Each comment tells a bundler to leave the call as it is: webpack
 * would look for the module in the bundle, where it is not (webpack and Turbopack: "Cannot find
 * module"), and Vite warns.
 */
export async function importModule(url: string): Promise<ModuleNamespace> {
  return await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ url
  );
}
