/** Surroundings that lack something: a program is run in them by what stands before its command. */

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { withSharedMemory } from "../small_memory.ts";

/** What a program is run in. */
export interface Surroundings extends Disposable {
  /** What to put before its command. */
  readonly before: readonly string[];
}

/** Surroundings that can be had, or not. */
export interface Kind {
  readonly name: string;
  /** Why they cannot be had here; the empty text where they can. */
  readonly whyIgnored: string;
  make(seed: number): Surroundings;
}

const withScript = (script: string): string[] => ["sh", "-c", `${script} && exec "$@"`, "sh"];

const before = (...words: string[]): Surroundings => ({ before: words, [Symbol.dispose]() {} });

/** All of a small /dev/shm is taken. */
function fullMemory(): Surroundings {
  const fill = "head -c 2m /dev/zero > /dev/shm/filling 2>&-; true";
  return before(...withSharedMemory("1m"), ...withScript(fill));
}

/** A user that nobody else is may have so many processes and threads. */
function fewProcesses(seed: number): Surroundings {
  const user = 60_000 + process.pid % 5000;
  const most = 60 + seed % 40;
  const who = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--"];
  return before(...who, "prlimit", `--nproc=${most}:${most}`);
}

/** Where the system's groups are made, and how a group's memory is limited: of both versions. */
const groups = [
  ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
  ["/sys/fs/cgroup", "memory.max"],
] as const;

let made = 0;

/**
 * A group whose processes have so much memory: the system kills the largest of them where there is
 * no more.
 */
function littleMemory(seed: number): Surroundings {
  const [root, limit] = groups.find(([root]) => fs.existsSync(`${root}/cgroup.procs`))!;
  const group = `${root}/nproc-${process.pid}-${++made}`;
  fs.mkdirSync(group);
  fs.writeFileSync(`${group}/${limit}`, String((384 + seed % 128) * 2 ** 20));
  return {
    before: withScript(`echo $$ > ${group}/cgroup.procs`),
    [Symbol.dispose]() {
      fs.rmdirSync(group);
    },
  };
}

const makers: Readonly<Record<string, (seed: number) => Surroundings>> = {
  "plain": () => before(),
  "a full /dev/shm": fullMemory,
  "a /dev/shm of 4 MB": () => before(...withSharedMemory("4m")),
  "a /dev/shm of 64 MB": () => before(...withSharedMemory("64m")),
  "few descriptors": (seed) => before(...withScript(`ulimit -n ${64 + seed % 64}`)),
  "few processes": fewProcesses,
  "little memory": littleMemory,
};

/** Why surroundings cannot be had. */
function refusalOf(make: (seed: number) => Surroundings): string {
  if (process.platform !== "linux") return " (ignored: for Linux alone)";
  try {
    using surroundings = make(0);
    const [command, ...args] = [...surroundings.before, "true"];
    const { status, stderr, error } = spawnSync(command!, args, { encoding: "utf8" });
    if (status === 0) return "";
    return ` (ignored: ${String(error?.message ?? stderr).trim().split("\n")[0]})`;
  } catch (error) {
    return ` (ignored: ${(error as Error).message})`;
  }
}

/** All kinds, the usual surroundings first. */
export const kinds: readonly Kind[] = Object.entries(makers).map(([name, make]) => ({
  name,
  make,
  whyIgnored: name === "plain" ? "" : refusalOf(make),
}));
