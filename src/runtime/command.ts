/**
 * The command line of a child process.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { atExit } from "./at_exit.ts";
import type { Boot, Signal } from "./runtime.ts";

/** The directories where a system keeps its own programs. */
const systemDirectories = ["/usr/bin", "/bin"];

/**
 * util-linux' `setpriv`; `undefined` where there is none. BusyBox has a command of that name that
 * does not know parent death signals; there it is a link to the one binary.
 */
function findSetpriv(): string | undefined {
  for (const directory of systemDirectories) {
    try {
      const path = fs.realpathSync(`${directory}/setpriv`);
      if (path.endsWith("/setpriv")) return path;
    } catch (error) {
      // ENOENT, or a refusal of the runtime.
      if (!(error instanceof Error)) throw error;
    }
  }
  return undefined;
}

let setpriv: string | undefined | null = null;

/**
 * The command that starts this runtime with these arguments.
 *
 * A child that is waiting sees the channel's end when its parent is killed, and ends too. One that
 * never returns to its event loop sees nothing, so the kernel is asked to end it (`prctl(2)`,
 * `PR_SET_PDEATHSIG`), where `mayRun` says that the program for that may be run.
 */
export function childCommand(
  args: readonly string[],
  mayRun: (program: string) => boolean,
): [string, ...string[]] {
  if (setpriv === null) setpriv = process.platform === "linux" ? findSetpriv() : undefined;
  const own = [process.execPath, ...args] as const;
  if (setpriv === undefined || !mayRun(setpriv)) return [...own];
  return [setpriv, "--pdeathsig", "KILL", "--", ...own];
}

/** The processes that were started here and have not ended, and what ends each. */
const running = new Map<number, Signal>();
let endsRunning = false;

/**
 * Notes that a process runs, until what this gives is called. When this program ends by itself its
 * children are told to: those that wait hear it of the channel, one that is busy does not.
 */
export function noteRunning(pid: number, { outlivesStopSignals }: Boot): () => void {
  if (!endsRunning) atExit(endRunning);
  endsRunning = true;
  running.set(pid, outlivesStopSignals ? "SIGKILL" : "SIGTERM");
  return () => void running.delete(pid);
}

function endRunning(): void {
  for (const [pid, signal] of running) sendSignal(pid, signal);
}

/** Sends a signal to a process that was started here; one that has just ended gets none. */
export function sendSignal(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ESRCH.
    if (!(error instanceof Error)) throw error;
  }
}
