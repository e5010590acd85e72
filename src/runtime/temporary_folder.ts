/**
 * Where temporary files are.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import os from "node:os";

/** What every Unix has, whatever a program's environment says. */
const systemFolders = ["/tmp", "/var/tmp"];

/**
 * A folder for temporary files, whose path has no more than so many characters: the one that the
 * environment names, or the system's where that one cannot be used. If there is none, what the
 * environment names: the system's error will name it.
 */
export function temporaryFolder(longest: number = Infinity): string {
  const wanted = os.tmpdir();
  const usable = (folder: string) => folder.length <= longest && mayWriteIn(folder);
  return [wanted, ...systemFolders].find(usable) ?? wanted;
}

function mayWriteIn(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return fs.statSync(folder).isDirectory();
  } catch (error) {
    // There is none, or it is not this user's, or Deno does not let this program look.
    if (error instanceof Error) return false;
    throw error;
  }
}
