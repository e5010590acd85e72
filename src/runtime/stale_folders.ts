/**
 * Folders of sockets whose program was killed before it could remove them: whoever makes one next
 * does.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { lateNet } from "./lazy_builtins.ts";
import { isOld, namesLike } from "./stale_names.ts";

/** What the socket is called in a folder of its own. */
export const socketName = "socket";
/** The name of such a folder. */
const ownFolder = /^nproc-[0-9a-f]{12}$/;

let hasLooked = false;

/**
 * Removes the folders beside that one that belong to nobody any more. Once in a program is enough.
 */
export async function removeDeserted(folder: string): Promise<void> {
  if (hasLooked) return;
  hasLooked = true;
  const parent = path.dirname(folder);
  const listening = listeningFiles();
  for (const name of namesLike(parent, ownFolder)) {
    const other = path.join(parent, name);
    if (other === folder || listening.has(path.join(other, socketName))) continue;
    if (!isOldAndOurs(other) || !await isDeserted(path.join(other, socketName))) continue;
    fs.rmSync(other, { recursive: true, force: true });
  }
}

function isOldAndOurs(folder: string): boolean {
  const found = fs.statSync(folder, { throwIfNoEntry: false });
  return found !== undefined && found.uid === process.getuid?.() &&
    isOld(found);
}

/**
 * The files of sockets of which the system says that somebody has them; those need not be asked.
 */
function listeningFiles(): ReadonlySet<string> {
  if (process.platform !== "linux") return new Set();
  try {
    const lines = fs.readFileSync("/proc/net/unix", "utf8").split("\n");
    return new Set(lines.map((line) => line.slice(line.indexOf("/"))));
  } catch (error) {
    // Deno does not let a program look that has not all permissions. Then all are asked.
    if (error instanceof Error) return new Set();
    throw error;
  }
}

/** Whether nobody listens at the file of a socket. */
export function isDeserted(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = lateNet().connect({ path: file });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: Error & { code?: string }) => {
      resolve(error.code === "ECONNREFUSED" || error.code === "ENOENT");
    });
  });
}
