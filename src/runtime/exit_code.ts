/**
 * The end of a process as one number, as Python has it.
 *
 * @module
 * @internal
 */

import os from "node:os";

/** An exit code, or minus the number of the signal that ended the process. */
export function exitCode(code: number | null, signal: string | null | undefined): number {
  if (typeof signal === "string") return -(os.constants.signals[signal as NodeJS.Signals] ?? 1);
  return code ?? 1;
}
