/**
 * Everything about the repository that can be checked without running the library: format, lint,
 * types, docs and their pages, the direction of imports, where the tests are, and a dry run of
 * publishing. None of it needs the network.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { runCommand } from "../tests/command.ts";
import { environment, findRuntime, root } from "./toolchain.mjs";

const deno = findRuntime("deno")?.path ?? process.execPath;
const folders = ["src", "tests", "examples", "bench", "scripts"];
const present = folders.filter((folder) => fs.existsSync(path.join(root, folder)));
const { exports } = JSON.parse(fs.readFileSync(path.join(root, "deno.json"), "utf8"));
const entries = Object.values<string>(exports);

const steps: Record<string, string[]> = {
  "format": ["fmt", "--check"],
  "lint": ["lint"],
  // The stand-ins have the types of the parts of @std that they stand for.
  "types": ["check", "--import-map=tests/std/import_map.json", ...entries, ...present],
  "docs": ["doc", "--lint", ...entries],
  // They are run, too. Deno puts imports before an example that it may not need: this
  // configuration lets it.
  "examples in docs": [
    "test",
    "-A",
    "--doc",
    "--parallel",
    "--config=scripts/lib/doc_config.json",
    "--import-map=tests/std/import_map.json",
    ...entries,
    "src",
    "README.md",
    "docs",
  ],
  "pages": ["run", "-A", "scripts/pages.ts", "--check"],
  "imports": ["run", "-A", "scripts/check_imports.ts"],
  "tests": ["run", "-A", "scripts/check_tests.ts"],
  "publish": ["publish", "--dry-run", "--allow-dirty"],
};

let failures = 0;
for (const [name, args] of Object.entries(steps)) {
  const env = { ...environment(), NO_COLOR: "1" };
  const result = await runCommand(deno, args, { cwd: root, env, timeout: 300_000 });
  const seconds = (result.duration / 1000).toFixed(1);
  const ok = result.code === 0 && !result.timedOut;
  if (!ok) {
    failures++;
    console.log(result.output.trimEnd());
  }
  console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds} s): deno ${args.join(" ")}`);
}
console.log(failures === 0 ? "All checks passed" : `${failures} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;
