/**
 * What the runtimes can do and do not do, by name: whoever depends on one of these asks for it
 * here, and not for the runtime.
 *
 * @module
 * @internal
 */

import { bun } from "./bun/capabilities.ts";
import { deno } from "./deno/capabilities.ts";
import { node } from "./node/capabilities.ts";
import type { Capabilities, RuntimeName } from "./runtime.ts";

/**
 * What the runtime of this program can do. This is the one place that looks which runtime it is; it
 * does so synchronously, as a top-level await would keep a CommonJS program from loading the
 * package with `require()`.
 */
export const capabilities: Capabilities = "Deno" in globalThis
  ? deno
  : "Bun" in globalThis
  ? bun
  : node;

/** Chooses what this runtime needs from what each runtime needs. */
export function forRuntime<T>(choices: Readonly<Record<RuntimeName, T>>): T {
  return choices[capabilities.name];
}
