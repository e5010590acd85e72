/** Runs programs where /dev/shm is of a size, as in a container. */

import { spawnSync } from "node:child_process";
import process from "node:process";

/** What to put before a command that is to have a /dev/shm of its own, of a size such as `64m`. */
export function withSharedMemory(size: string): string[] {
  const script = `mount -t tmpfs -o size=${size} tmpfs /dev/shm && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, "sh"];
}

/** Whether this user may mount something: who runs the tests in a container may not. */
export const mayMount: boolean = process.platform === "linux" && (() => {
  const [command, ...args] = withSharedMemory("1m");
  return spawnSync(command!, [...args, "true"], { stdio: "ignore" }).status === 0;
})();

/** Added to the name of a suite that is ignored for it. */
export const whyIgnored: string = mayMount ? "" : " (ignored: this user may not mount)";
