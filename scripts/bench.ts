/**
 * Runs the benches, each as a program of its own on each runtime. What they compare the library
 * with is installed when it is first asked for, into `bench/node_modules`: there every runtime
 * finds it, and nobody who does not run the benches has it.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runCommand } from "../tests/command.ts";
import { chosenRuntimes, programFlags } from "./lib/runtimes.ts";
import { environment, npm, root, runtimeNames } from "./toolchain.mjs";

const help = `deno task bench [path ...] [options]

  path ...       only the benches (bench/**/*.bench.ts) whose path contains one of these
  --runtime a,b  only on these of ${runtimeNames.join(", ")} (deno,bun,node24)
  --no-peers     compare with nothing that has to be installed`;

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    "runtime": { type: "string", default: "deno,bun,node24" },
    "no-peers": { type: "boolean", default: false },
    "help": { type: "boolean", default: false },
  },
});

/** What the benches compare with, in the versions that the numbers in the README are of. */
const peers: Record<string, string> = {
  multithreading: "0.3.52",
  piscina: "5.3.2",
  poolifier: "5.3.2",
  tinypool: "2.2.0",
  workerpool: "10.0.3",
};

const folder = path.join(root, "bench");

function installPeers(): void {
  const missing = Object.entries(peers).filter(([name, version]) => {
    const file = path.join(folder, "node_modules", name, "package.json");
    return !fs.existsSync(file) || JSON.parse(fs.readFileSync(file, "utf8")).version !== version;
  });
  if (missing.length === 0) return;
  console.error("Installing what the benches compare with ...");
  // All of them: npm removes what is not named again.
  const packages = Object.entries(peers).map((peer) => peer.join("@"));
  npm(["install", "--no-save", "--no-package-lock", "--prefix", folder, ...packages], folder);
}

function benches(): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join("bench", file.replaceAll("\\", "/")))
    .filter((file) => file.endsWith(".bench.ts") && !file.includes("node_modules"))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
}

async function main(): Promise<boolean> {
  const files = benches();
  if (files.length === 0) throw new RangeError("Cannot find a bench of that name");
  if (!options["no-peers"]) installPeers();
  let good = true;
  for (const file of files) {
    for (const runtime of chosenRuntimes(options.runtime!)) {
      if (runtime.path === "") continue;
      console.log(`--- ${file} on ${runtime.name} ${runtime.version}`);
      const { code } = await runCommand(runtime.path, [...programFlags(runtime.name), file], {
        cwd: root,
        env: { ...environment(), BENCH_PEERS: options["no-peers"] ? "0" : "1" },
        onOutput: (text) => process.stdout.write(text),
      });
      if (code !== 0) good = false;
      if (code !== 0) console.log(`FAILED: exit code ${code}`);
    }
  }
  return good;
}

if (options.help) console.log(help);
else process.exitCode = await main() ? 0 : 1;
