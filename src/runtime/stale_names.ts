/**
 * What programs that were killed may have left in a folder that many programs share: which names to
 * look at, and from what age on.
 *
 * @module
 * @internal
 */

import fs from "node:fs";

/** A younger file or folder may be of a program that is still making it; in milliseconds. */
const leastAge = 60_000;
/** More are left to those who come later. */
const mostLooked = 1000;

/** The names in a folder that match a pattern: as many as one program looks at. */
export function namesLike(folder: string, pattern: RegExp): string[] {
  return fs.readdirSync(folder).filter((name) => pattern.test(name)).slice(0, mostLooked);
}

/** Whether a file or folder is old enough for its maker to have been killed. */
export const isOld = ({ mtimeMs }: fs.Stats): boolean => Date.now() - mtimeMs > leastAge;
