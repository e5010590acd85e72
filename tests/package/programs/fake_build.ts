/** Makes Deno tell of itself that it is an executable that `deno compile` made. */

/** What it is. */
export const build: typeof Deno.build = Deno.build;

Object.assign(Deno, { build: { ...build, standalone: true } });
