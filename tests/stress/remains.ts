/** What a round may leave behind. */

import fs from "node:fs";
import os from "node:os";
import { activeChildren, type StartMethod } from "../../mod.ts";
import { untilNone } from "../patience.ts";

/** How long what is ending may take to end: longer than any test takes that is right. */
const grace = 15_000;

const { gc, Bun } = globalThis as unknown as { gc?: () => void; Bun?: { gc(now: true): void } };

/** The files that this package has made. */
function ours(): string[] {
  return ["/dev/shm", os.tmpdir()].flatMap((folder) =>
    list(folder).filter((name) => /^(nproc|mp)[-_]/.test(name)).map((name) => `${folder}/${name}`)
  );
}

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    // No descriptor is left for that: the next look has one.
    if (error instanceof Error && "code" in error) return ["mp-unknown"];
    throw error;
  }
}

/** What descriptors lead to. */
function descriptors(): string[] {
  return list("/proc/self/fd").flatMap((fd) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, "")];
    } catch {
      return []; // That of the list itself.
    }
  });
}

/** The processes whose parent is this one, zombies as well. */
function childProcesses(): string[] {
  return list("/proc/self/task").flatMap((thread) => {
    try {
      const children = fs.readFileSync(`/proc/self/task/${thread}/children`, "utf8");
      return children.split(" ").filter((pid) => pid.trim() !== "").map(described);
    } catch {
      return []; // The thread has ended meanwhile.
    }
  });
}

/** What a process is and does: a zombie is a `Z`. */
function described(pid: string): string {
  try {
    const [name, state] = /\((.*)\) (.)/s.exec(fs.readFileSync(`/proc/${pid}/stat`, "utf8"))!.slice(
      1,
    );
    return `process ${pid} (${name}, ${state})`;
  } catch {
    return `process ${pid}`; // It has just ended.
  }
}

/**
 * Compares what there is after a round with what was there before. Is made before the first round.
 */
export class Remains {
  #descriptors: string[] = [];
  /** The files of other programs, which may have been killed long ago. */
  readonly #othersFiles = new Set(ours());
  readonly #method: StartMethod;

  constructor(method: StartMethod) {
    this.#method = method;
  }

  /**
   * Fails if something is left; `isWarmUp` where more descriptors than before are no leak, and
   * `allowed` is how many more a runtime may keep, all in all.
   */
  async check(isWarmUp: boolean, allowed: number): Promise<void> {
    const left = await untilNone(() => {
      gc === undefined ? Bun?.gc(true) : gc();
      return this.#left(isWarmUp, allowed);
    }, grace);
    if (left.length > 0) throw new Error(`The round has left behind: ${left.join(", ")}`);
    if (isWarmUp) this.#descriptors = descriptors();
  }

  /**
   * The keeper of a thread's names (`resource_tracker.ts`) that has ended after the thread: nobody
   * asks how, so the system lists it until this program ends.
   */
  #isUnreaped(child: string): boolean {
    return this.#method === "worker" && child.endsWith("(sh, Z)");
  }

  #left(isWarmUp: boolean, allowed: number): string[] {
    const open = isWarmUp ? [] : descriptors();
    return [
      ...activeChildren().map(({ name, pid }) => `child ${name} (${pid})`),
      ...childProcesses().filter((each) => !this.#isUnreaped(each)),
      ...ours().filter((file) => !this.#othersFiles.has(file)).map((file) => `file ${file}`),
      ...open.length > this.#descriptors.length + allowed
        ? [`${open.length} descriptors, before ${this.#descriptors.length}: ${open.join(" ")}`]
        : [],
    ];
  }
}
