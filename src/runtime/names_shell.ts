/**
 * The shell that removes a child's names of shared memory once the child has ended, however it did:
 * see `resource_tracker.ts`. It waits for the end of a pipe that only this child holds open.
 *
 * @module
 * @internal
 */

import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { capabilities } from "./capabilities.ts";
import { writeWhole } from "./memory_file.ts";
import { unlessRefused } from "./refusal.ts";

const shell = "/bin/sh";

/** In place of the inode of a file that nobody else makes: it is removed whatever it is. */
export const anyInode = 0;

/**
 * Standard output is the file, open for reading too. A name that is another file's by now stays.
 */
const script = `read -r _
while IFS= read -r line; do
  inode=\${line%% *}
  file=\${line#* }
  case $(ls -di -- "$file" 2>&-) in
    *"$inode $file") rm -f -- "$file" ;;
    ?*) [ "$inode" = ${anyInode} ] && rm -f -- "$file" ;;
  esac
done <&1`;

/**
 * The shell's arguments; the last one tells whose it is, to who looks at the system's processes as
 * well.
 */
const shellArguments = (): string[] => ["-c", script, `nproc-names-of-${process.pid}`];

/**
 * Starts the shell, with the descriptor of the file that lists the names. `undefined` without
 * permission to run one; where the system refuses it, it has no process id. Only a kill then leaves
 * something behind.
 */
export function startShell(list: number): ChildProcess | undefined {
  if (process.platform === "win32" || !capabilities.mayRun(shell)) return undefined;
  const started = spawn(shell, shellArguments(), {
    stdio: ["pipe", list, "ignore"],
    // Out of reach of a signal to this child's group.
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
  });
  // No shell, or no more processes: the same as no permission.
  started.on("error", () => {});
  started.unref();
  (started.stdin as { unref?(): void } | null)?.unref?.();
  return started;
}

/**
 * Has the shell of another thread of this process remove the names in its list, but for the lines
 * that are `keptElsewhere`, and end: for a thread that was killed. On Deno such a thread's end of
 * the pipe stays open until the process ends. A line in the pipe does the same, and Linux lets a
 * process open another's pipe.
 */
export function endShell(pid: number, keptElsewhere: (line: string) => boolean): void {
  if (process.platform !== "linux") return;
  // It has ended, or the system does not let this program look: then it ends when this process
  // does.
  unlessRefused(() => {
    if (!isShellOfOurs(pid)) return;
    filterList(`/proc/${pid}/fd/1`, (line) => !keptElsewhere(line));
    const pipe = fs.openSync(`/proc/${pid}/fd/0`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    try {
      fs.writeSync(pipe, "\n");
    } finally {
      fs.closeSync(pipe);
    }
  });
}

function filterList(file: string, isToStay: (line: string) => boolean): void {
  const list = fs.openSync(file, "r+");
  try {
    const lines = fs.readFileSync(list, "utf8").split(/(?<=\n)/);
    writeList(list, lines.filter(isToStay));
  } finally {
    fs.closeSync(list);
  }
}

/**
 * Writes the lines of a list, each of which ends with a line break. Where the system has no room
 * for them, the list has fewer: only a kill then leaves something behind. A line without its end is
 * none to the shell.
 */
export function writeList(list: number, lines: Iterable<string>): void {
  const bytes = new TextEncoder().encode([...lines].join(""));
  unlessRefused(() => {
    // From the beginning, so that the shell, which has the same descriptor, reads from there.
    writeWhole(list, bytes);
    fs.ftruncateSync(list, bytes.length);
  });
}

/** A process id may be another process' by now. */
function isShellOfOurs(pid: number): boolean {
  const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return words.slice(1, -1).join("\0") === shellArguments().join("\0");
}
