/**
 * Runs a command as a group of processes: what it starts ends with it, and nothing of it is left
 * behind when its time is over.
 */

import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { untilNone } from "./patience.ts";

/** What to run a command with. */
export interface CommandOptions {
  /** Merged over the environment; `undefined` removes. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** What it reads from standard input; nothing, if left out. */
  input?: string;
  /** Milliseconds until the whole group is killed. */
  timeout?: number;
  /** Milliseconds that what it leaves behind may take to end: 5000, unless told otherwise. */
  grace?: number;
  /** Called with what it says, as it comes. */
  onOutput?: (text: string) => void;
}

/** How a command ended. */
export interface CommandResult {
  /** The exit code; minus the signal's number when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
  /** Both, in the order in which they came. */
  output: string;
  timedOut: boolean;
  /** The command lines of processes of the group that were still there (and were then killed). */
  leftovers: string[];
  /** Milliseconds. */
  duration: number;
}

/** Runs a command to its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const start = performance.now();
  const env = Object.entries({ ...process.env, ...options.env });
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: Object.fromEntries(env.filter(([, value]) => value !== undefined)),
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
  });
  const said = { stdout: "", stderr: "", output: "" };
  const ended = Promise.withResolvers<void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      said.output += text;
      options.onOutput?.(text);
    });
  }
  child.stdin?.end(options.input);

  let timedOut = false;
  const timer = options.timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeout);

  let code = -1;
  child.on("error", ended.reject);
  // Not "close": a process that is left behind may hold the output open.
  child.on("exit", (status, signal) => {
    code = status ?? -(signal === null ? 1 : signals[signal] ?? 1);
    ended.resolve();
  });
  let leftovers: string[] = [];
  try {
    await ended.promise;
    const { pid } = child;
    const isOver = timedOut || pid === undefined;
    leftovers = isOver ? [] : await untilNone(() => groupMembers(pid), options.grace ?? 5000);
  } finally {
    clearTimeout(timer);
    killGroup(child.pid);
  }
  await drained(child);
  return { code, ...said, timedOut, leftovers, duration: performance.now() - start };
}

const signals: Record<string, number> = { SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Waits for the rest of the output, for a moment. */
async function drained(child: ReturnType<typeof spawn>): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  const streams = [child.stdout!, child.stderr!];
  if (streams.every((stream) => stream.closed)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 1000);
  await Promise.race([closed, promise]);
  clearTimeout(timer);
  for (const stream of streams) stream.destroy();
}

/** Kills every process of the group. */
function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // None is left.
  }
}

/**
 * The command lines of the living processes of a group and what they do, where the system shows it.
 */
function groupMembers(leader: number): string[] {
  if (process.platform !== "linux") return [];
  const members: string[] = [];
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name, in parentheses, may hold anything; after it: state, parent, group.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(group) !== leader || state === "Z" || state === "X") continue;
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      members.push(`${words} (state ${state})`);
    } catch {
      // It ended meanwhile.
    }
  }
  return members;
}
