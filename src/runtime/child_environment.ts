/**
 * The environment of a child process: its parent's, without what is meant for the parent alone.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { nodeOptions } from "./node/flags.ts";

/**
 * Variables that are not for children: an inspector's address, where only one can listen, and what
 * has a watcher's program report its modules.
 */
const ownVariables = [
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_NOTIFY",
  "WATCH_REPORT_DEPENDENCIES",
];

/** The environment of a child, with `more` merged over it. */
export function childEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env };
  for (const name of ownVariables) delete env[name];
  if (env["NODE_OPTIONS"] !== undefined) env["NODE_OPTIONS"] = nodeOptions(env["NODE_OPTIONS"]);
  return { ...env, ...more };
}
