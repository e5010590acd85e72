/** Files by which children and tests tell each other how far they are. */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A folder that is removed with what is in it. */
export class Folder implements Disposable {
  readonly #path: string = fs.mkdtempSync(path.join(os.tmpdir(), "multiprocessing-test-"));

  /** The path of a file in it. */
  file(name: string): string {
    return path.join(this.#path, name);
  }

  /** Removes it. */
  [Symbol.dispose](): void {
    fs.rmSync(this.#path, { recursive: true, force: true });
  }
}

/** Adds a line; whole, also when many children add to the same file. */
export function addLine(file: string, line: string | number): void {
  fs.appendFileSync(file, `${line}\n`);
}

/** The lines that are there; none if there is no file. */
export function linesIn(file: string): string[] {
  try {
    return fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Waits until a condition holds; fails after a time that is only to catch hangs. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Waits until a file has so many lines, and gives them. */
export async function untilLines(file: string, count: number): Promise<string[]> {
  await until(() => linesIn(file).length >= count, `${file} has ${count} lines`);
  return linesIn(file);
}

/** Whether the system shows a living process of this id. */
export function isRunning(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return !["Z", "X"].includes(stat.slice(stat.lastIndexOf(")") + 2).charAt(0));
  } catch {
    return false;
  }
}
