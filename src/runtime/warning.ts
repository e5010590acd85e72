/**
 * Warnings, as the runtime gives its own: on standard error, unless the program takes them.
 *
 * @module
 * @internal
 */

import process from "node:process";

const given = new Set<string>();

/** Warns, once for each text. */
export function warnOnce(text: string): void {
  if (given.has(text)) return;
  given.add(text);
  process.emitWarning(text);
}
