// Runs Deno with the arguments given, installing it first where it is missing. It is what a
// machine with nothing but Node and npm begins with: `node scripts/deno.mjs task test`.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { environment, findRuntime } from "./toolchain.mjs";

const deno = findRuntime("deno");
if (deno === undefined) {
  console.error("Deno 2.9 or later is needed and npm could not bring it for this platform.");
  process.exit(1);
}

const child = spawn(deno.path, process.argv.slice(2), { stdio: "inherit", env: environment() });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
