/**
 * Runs the tests on Node 24 and tells which lines of `src/` no test has run. Node notes that of all
 * processes and threads that end by themselves; those that are killed tell nothing. (With Deno's
 * own `--coverage`, 2.9.6, a program hangs that has a thread of `node:worker_threads` which ends.)
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Coverage, ranges, type ScriptCoverage } from "./lib/coverage.ts";
import { root } from "./toolchain.mjs";

const help = `deno task coverage [path ...] [options of deno task test]

Without a path, all tests are run, which takes longer than usual.`;

const source = pathToFileURL(path.join(root, "src")).href;
const found = new Map<string, Coverage>();

function add(script: ScriptCoverage): void {
  const [url = ""] = script.url.split(/[?#]/);
  if (!url.startsWith(`${source}/`)) return;
  const file = path.relative(root, fileURLToPath(url)).replaceAll("\\", "/");
  if (!found.has(file)) {
    found.set(file, new Coverage(fs.readFileSync(path.join(root, file), "utf8")));
  }
  found.get(file)!.add(script);
}

/**
 * Reads what was written to a folder, and deletes it: all of it together would be gigabytes. While
 * the tests run, a file may not be complete: then it is left for the next time.
 */
function collect(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    if (!text.endsWith("}")) continue;
    let scripts: ScriptCoverage[];
    try {
      scripts = JSON.parse(text).result;
    } catch (error) {
      if (error instanceof SyntaxError) continue;
      throw error;
    }
    for (const script of scripts) add(script);
    fs.rmSync(file);
  }
}

/** Runs the tests; the exit code. */
async function runTests(folder: string): Promise<number> {
  const limits = ["--file-timeout", "1800", "--timeout", "14400"];
  const args = ["scripts/test.ts", "--runtime", "node24", ...limits, ...process.argv.slice(2)];
  const env = {
    ...process.env,
    NODE_V8_COVERAGE: folder,
    // Of functions from the cache V8 knows less.
    NODE_DISABLE_COMPILE_CACHE: "1",
  };
  const child = spawn(process.execPath, ["run", "-A", ...args], {
    cwd: root,
    stdio: "inherit",
    env,
  });
  const timer = setInterval(() => collect(folder), 2000);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  collect(folder);
  return code ?? 1;
}

const percent = (part: number, all: number): string =>
  `${(all === 0 ? 100 : 100 * part / all).toFixed(1)} %`.padStart(8);

/** Prints a line for each file, and which of its lines were not run. */
function report(): void {
  const all = fs.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join("src", file.replaceAll("\\", "/")))
    .filter((file) => file.endsWith(".ts"));
  const sum = { lines: 0, missed: 0 };
  for (const file of [...found.keys()].sort()) {
    const { lines, missed } = found.get(file)!.result;
    sum.lines += lines;
    sum.missed += missed.length;
    console.log(`${percent(lines - missed.length, lines)}  ${file}  ${ranges(missed)}`.trimEnd());
  }
  const unloaded = all.filter((file) => !found.has(file)).sort();
  if (unloaded.length > 0) console.log(`\nNot loaded (types alone?): ${unloaded.join(", ")}`);
  console.log(`\n${percent(sum.lines - sum.missed, sum.lines)} of ${sum.lines} lines`);
}

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "coverage-"));
  try {
    process.exitCode = await runTests(folder);
    report();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
