/**
 * Starts a child by modules that do not make it one, as happens in a bundle: this package is in
 * neither of them, nor in this main module where that is imported.
 */

import process from "node:process";

if (import.meta.main) {
  const { StartedChild } = await import("../../../src/process/started_child.ts");
  const [method, file] = process.argv.slice(2);
  const child = new StartedChild({
    entry: new URL(file!, import.meta.url).href,
    role: "pool",
    name: "Lost-1",
    daemon: true,
    method: method === "worker" ? "worker" : "process",
  }, { ended: () => {} });
  await child.join();
  console.log(child.exitCode, String((child.crash?.error as Error | undefined)?.message));
}
