import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../harness.ts";

/** The command that runs a file of the tests on the runtime that this is. */
export function runtimeCommand(file: URL): string[] {
  const path = fileURLToPath(file);
  if (runtime === "bun") return [process.execPath, "run", path];
  if (runtime === "node") return [process.execPath, ...process.execArgv, path];
  // What runs here imports nothing that the import map names.
  return [process.execPath, "run", "-A", path];
}
