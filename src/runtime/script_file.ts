/**
 * A script that must be a file, as an executable that `deno compile` made takes no other: it runs
 * its own main module whatever its command line says, and a file's only if it was started by
 * `fork()` (denoland/deno#34687).
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { atExit } from "./at_exit.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** A script in a file. */
export interface ScriptFile {
  readonly path: string;
  remove(): void;
}

/** Writes a script to a file, which is removed when this program ends, or before. */
export function writeScript(script: string): ScriptFile {
  const file = path.join(temporaryFolder(), `nproc-${process.pid}-${crypto.randomUUID()}.mjs`);
  fs.writeFileSync(file, script, { flag: "wx", mode: 0o600 });
  const unlink = () => fs.rmSync(file, { force: true });
  const callOff = atExit(unlink);
  return {
    path: file,
    remove: () => {
      unlink();
      callOff();
    },
  };
}
