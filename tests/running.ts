/**
 * A program that is watched while it runs, and signalled as a group: with all that it has started.
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { until } from "./process/scratch.ts";
import { runtimeCommand } from "./runtime/runtime_command.ts";

/** A program of the runtime that runs the test. */
export class RunningProgram implements AsyncDisposable {
  /** All that it has said so far. */
  said = "";
  readonly #process: ChildProcess;
  readonly #ended: Promise<string>;

  /** Starts a file; `flags` are for the runtime. */
  constructor(file: URL, args: readonly string[], flags: readonly string[] = []) {
    const [command, ...words] = runtimeCommand(file);
    const path = fileURLToPath(file);
    this.#process = spawn(command!, [
      ...words.filter((word) => word !== path),
      ...flags,
      path,
      ...args,
    ], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const output of [this.#process.stdout!, this.#process.stderr!]) {
      output.setEncoding("utf8").on("data", (text: string) => this.said += text);
    }
    this.#ended = new Promise((resolve) =>
      this.#process.once("close", (code, signal) => resolve(`exit code ${code ?? signal}`))
    );
  }

  /** Waits until it has said something. */
  async until(text: string): Promise<void> {
    await until(() => this.said.includes(text) || this.#hasEnded, `the program says ${text}`);
    if (!this.said.includes(text)) throw new Error(`It ended and said no ${text}:\n${this.said}`);
  }

  /** Waits until it has said so many lines of a kind, and gives them. */
  async untilLines(pattern: RegExp, count: number): Promise<string[]> {
    const lines = () => this.said.match(pattern) ?? [];
    await until(() => lines().length >= count || this.#hasEnded, `the program says ${pattern}`);
    if (lines().length < count) {
      throw new Error(`It ended before it said ${pattern}:\n${this.said}`);
    }
    return lines();
  }

  /** Signals it and all that it has started. */
  signal(signal: NodeJS.Signals): void {
    process.kill(-this.#process.pid!, signal);
  }

  /** Waits for its end, and gives all that it said and how it ended. */
  async end(): Promise<string> {
    await until(() => this.#hasEnded, `the program ends, which said ${this.said}`);
    const how = await this.#ended;
    return this.said + how;
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.signal("SIGKILL");
    await this.#ended;
  }
}
