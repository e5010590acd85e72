/** A folder apart from the repository, in which commands are run as a user would run them. */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type CommandResult, runCommand } from "../command.ts";

const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** What the program says that bundlers are tried with: `programs/tasks.ts`. */
export const expected: readonly string[] = [
  "tasks: 11 12 13",
  "exported: 8",
  "inline: 3",
  "queue: 10 11",
  "process: 0",
  "manager: 3 2",
];

/** Environment variables; `undefined` removes. */
export type Environment = Record<string, string | undefined>;

/** What a developer has set must not change what is tested. */
const plain: Environment = {
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
  NODE_OPTIONS: undefined,
  MULTIPROCESSING_START_METHOD: undefined,
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PROMPT: "1",
};

/** A folder that is removed with what is in it. */
export class WorkFolder implements Disposable {
  // What a runtime tells of a module is where that really is.
  readonly path: string = fs.realpathSync(
    fs.mkdtempSync(path.join(os.tmpdir(), "multiprocessing-package-")),
  );
  readonly #env: Environment;

  /** `env` is for all commands, with the folder's path in place of `{folder}`. */
  constructor(env: Environment = {}) {
    const own = Object.entries(env).map(([k, v]) => [k, v?.replaceAll("{folder}", this.path)]);
    this.#env = { ...plain, ...Object.fromEntries(own) };
  }

  /** The path of a file in it. */
  file(name: string): string {
    return path.join(this.path, name);
  }

  /** Writes a file. */
  write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(this.file(name)), { recursive: true });
    fs.writeFileSync(this.file(name), text);
  }

  /** Puts koffi there, with which Node 24 maps memory: a bundle looks for it where it is itself. */
  linkKoffi(): void {
    fs.mkdirSync(this.file("node_modules"), { recursive: true });
    for (const name of ["koffi", "@koromix"]) {
      fs.symlinkSync(path.join(modules, name), this.file(`node_modules/${name}`));
    }
  }

  /** Runs a command there; fails unless it ends well and leaves no process behind. */
  async run(words: readonly string[], env: Environment = {}): Promise<CommandResult> {
    const [command, ...args] = words as [string, ...string[]];
    const options = { cwd: this.path, env: { ...this.#env, ...env }, timeout: 60_000 };
    const result = await runCommand(command, args, options);
    const fault = result.timedOut
      ? "did not end"
      : result.code !== 0
      ? `ended with exit code ${result.code}`
      : result.leftovers.length > 0
      ? `left behind: ${result.leftovers.join(" | ")}`
      : undefined;
    if (fault === undefined) return result;
    throw new Error(`${words.join(" ")} ${fault}:\n${result.output}`);
  }

  /** The lines that a program prints with each start method: those of all are to be the same. */
  async linesByMethod(words: readonly string[]): Promise<string[][]> {
    const runs = ["worker", "process"].map(async (method) => {
      const { stdout } = await this.run(words, { MULTIPROCESSING_START_METHOD: method });
      return stdout.split("\n").slice(0, -1);
    });
    return await Promise.all(runs);
  }

  /** Removes it. */
  [Symbol.dispose](): void {
    fs.rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The program that runs this test. */
export const self: string = process.execPath;
