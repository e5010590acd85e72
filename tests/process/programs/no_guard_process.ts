/** Starts a child wherever it is imported. */

import { Process } from "../../../mod.ts";

export function work(): void {
  console.log("worked");
}

const child = new Process({ target: work });
child.start();
await child.join();
console.log("exit code", child.exitCode);
