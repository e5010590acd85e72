// The runtimes that the scripts run on: the versions that `package.json` pins, which npm brings as
// packages (their binaries are there even when install scripts are not allowed), or else what is on
// the PATH and new enough. Written for Node 20, so that npm and this are all it takes to begin.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const modules = join(root, "node_modules");
const libc = process.platform === "linux" ? ["-glibc"] : [""];
const exe = process.platform === "win32" ? ".exe" : "";

/**
 * Where a runtime is found and what it must at least be.
 *
 * @type {Record<string, { local: string[], commands: string[], least: [number, number], most?:
 * number }>}
 */
const known = {
  deno: {
    local: libc.map((c) => `@deno/${process.platform}-${process.arch}${c}/deno${exe}`),
    commands: ["deno"],
    least: [2, 9],
  },
  bun: { local: ["bun/bin/bun.exe"], commands: ["bun"], least: [1, 4] },
  node24: { local: ["node24/bin/node"], commands: ["node24", "node"], least: [24, 0], most: 24 },
  node26: { local: ["node26/bin/node"], commands: ["node26", "node"], least: [26, 0] },
};

/** The names of the runtimes, in the order in which tests run on them. */
export const runtimeNames = Object.keys(known);

/**
 * Finds a runtime, after installing what `package.json` names if that has not been done.
 *
 * @param {string} name
 * @returns {{ name: string, path: string, version: string } | undefined}
 */
export function findRuntime(name) {
  install();
  const { local, commands, least, most = Infinity } = known[name];
  const paths = [
    ...local.map((file) => join(modules, file)),
    ...commands.flatMap((command) => onPath(command)),
  ];
  for (const path of paths) {
    const version = existsSync(path) ? versionOf(path) : undefined;
    if (version === undefined) continue;
    const [major, minor] = version.split(".").map(Number);
    const enough = major > least[0] || major === least[0] && minor >= least[1];
    if (enough && major <= most) return { name, path, version };
  }
  return undefined;
}

/** @param {string} command */
function onPath(command) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, command + exe));
}

/** @param {string} path */
function versionOf(path) {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return stdout?.match(/\d+\.\d+\.\d+/)?.[0];
}

/** Installs what `package-lock.json` names, unless that is what is installed. */
function install() {
  const wanted = readFileSync(join(root, "package-lock.json"), "utf8");
  // npm's own record of what it installed is rewritten by other tools; this is a copy of ours.
  const mark = join(modules, ".installed-lock.json");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.error("Installing the runtimes and the development tools ...");
  try {
    // Not `npm ci`, which begins by removing what other programs may be using.
    npm(["install", "--no-save"], root);
    writeFileSync(mark, wanted);
  } catch (error) {
    // What is there already, or on the PATH, may do: without a network, for one.
    console.error(`npm could not install: ${error.message}`);
  }
}

/**
 * Runs npm, quietly.
 *
 * @param {string[]} args
 * @param {string} cwd
 */
export function npm(args, cwd) {
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const command = process.platform === "win32" ? "npm.cmd" : "npm";
  const shell = process.platform === "win32";
  // What npm says goes to standard error: the output of the command that follows stays its own.
  execFileSync(command, [...args, ...quiet], { cwd, stdio: ["ignore", 2, 2], shell });
}

/**
 * The environment for what the scripts start: no questions, no look for updates, no colours in
 * logs.
 */
export function environment() {
  return { ...process.env, DENO_NO_UPDATE_CHECK: "1", DENO_NO_PROMPT: "1" };
}
