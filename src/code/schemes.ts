/**
 * Which URLs may be imported: absolute ones alone, as a bare name would be looked for in a
 * registry, and for other programs those of schemes that this one uses itself.
 *
 * @module
 * @internal
 */

import { isForeign, type Origin } from "./origin.ts";

/** The schemes of modules that a runtime has. */
const all: ReadonlySet<string> = new Set(
  ["file:", "data:", "blob:", "http:", "https:", "jsr:", "npm:", "node:"],
);

/** Those of the modules that this program has named or imported by itself. */
const own = new Set(["file:"]);

const schemeOf = (url: unknown): string | undefined =>
  typeof url === "string" && URL.canParse(url) ? new URL(url).protocol : undefined;

/** Notes that this program uses a module. */
export function noteModule(url: string): void {
  const scheme = schemeOf(url);
  if (scheme !== undefined) own.add(scheme);
}

/** Why a module cannot be imported that somebody has named; `undefined` where it can. */
export function schemeRefusal(url: unknown, origin: Origin): string | undefined {
  const scheme = schemeOf(url);
  if (scheme === undefined) return "that is no URL";
  if ((isForeign(origin) ? own : all).has(scheme)) return undefined;
  return "this program uses no modules of that kind";
}
