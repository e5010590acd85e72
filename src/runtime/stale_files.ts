/**
 * Names of files in memory whose program was killed between making the file and removing its name:
 * whoever makes such a file next removes them. Such a file is empty, as nothing is written before
 * the name is gone.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { capabilities } from "./capabilities.ts";
import { unlessRefused } from "./refusal.ts";
import { isOld, namesLike } from "./stale_names.ts";

/** The name of such a file; it begins with the process id of its maker. */
const ownFile = /^nproc-(\d+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const looked = new Set<string>();

/** A name for a file of a folder that no thread of any process has used. */
export function newFileName(folder: string): string {
  return path.join(folder, `nproc-${process.pid}-${crypto.randomUUID()}`);
}

/**
 * Removes the names in a folder that belong to no living program. Once in a thread is enough. Never
 * fails: what cannot be removed stays.
 */
export function removeStaleNames(folder: string): void {
  // Deno would ask the user whether this program may look for another.
  if (looked.has(folder) || process.platform === "win32" || !capabilities.permits("run")) return;
  looked.add(folder);
  for (const name of unlessRefused(() => namesLike(folder, ownFile)) ?? []) {
    unlessRefused(() => removeIfStale(path.join(folder, name), Number(ownFile.exec(name)![1])));
  }
}

function removeIfStale(file: string, pid: number): void {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size > 0) return;
  // The maker of a younger one may be at work in another container that shares the folder.
  if (isOld(found) && !isRunning(pid)) fs.rmSync(file, { force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
