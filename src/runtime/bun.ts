/**
 * Bun: threads by `node:worker_threads`, processes by `Bun.spawn` with its own channel.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { pathToFileURL } from "node:url";
import { noteVariable, startScript } from "./boot.ts";
import { isBunExecutable } from "./bundle.ts";
import { childCommand, noteRunning } from "./command.ts";
import { exitCode } from "./exit_code.ts";
import type { Child, ChildEvents, Frame, Runtime, Signal, SpawnRequest } from "./runtime.ts";
import { spawnThread } from "./thread.ts";

/** The part of Bun's API that is used here. */
interface BunGlobal {
  readonly main: string;
  spawn(command: readonly string[], options: {
    stdio: readonly ["ignore", "inherit", "inherit"];
    serialization: "advanced";
    env: Record<string, string | undefined>;
    ipc(message: unknown): void;
    onExit(process: unknown, code: number | null, signal: number | null): void;
    onDisconnect(): void;
  }): Subprocess;
}

interface Subprocess {
  readonly pid: number;
  readonly signalCode: string | null;
  send(message: unknown): void;
  kill(signal: Signal): void;
  ref(): void;
  unref(): void;
}

const bunGlobal = (): BunGlobal => (globalThis as unknown as { Bun: BunGlobal }).Bun;

class BunChild implements Child {
  readonly pid: number;
  readonly #process: Subprocess;
  #open = true;

  constructor(request: SpawnRequest, events: ChildEvents) {
    let code: number | undefined;
    // `exit` may come before the channel's end, and messages with it.
    const end = () => {
      if (code !== undefined && !this.#open) events.exit(code);
    };
    const args = isBunExecutable ? [] : [...process.execArgv, "-e", startScript(request)];
    const note = isBunExecutable ? noteVariable(request) : {};
    const command = childCommand(args, () => true);
    this.#process = bunGlobal().spawn(command, {
      stdio: ["ignore", "inherit", "inherit"],
      serialization: "advanced",
      env: { ...process.env, ...request.env, ...note },
      ipc: (message) => events.frame(message as Uint8Array, []),
      onExit: (_, status) => {
        noteEnd();
        code = exitCode(status, this.#process.signalCode);
        end();
      },
      onDisconnect: () => {
        this.#open = false;
        end();
      },
    });
    this.pid = this.#process.pid;
    const noteEnd = noteRunning(this.pid);
  }

  post({ bytes }: Frame): void {
    if (!this.#open) return;
    try {
      this.#process.send(bytes);
    } catch (error) {
      // "can only be used if an IPC channel is open": it has just ended, which is told soon.
      if (!(error instanceof Error)) throw error;
    }
  }

  kill(signal: Signal): void {
    this.#process.kill(signal);
  }

  ref(): void {
    this.#process.ref();
  }

  unref(): void {
    this.#process.unref();
  }
}

/** The adapter of Bun 1.4 and later. */
export const bun: Runtime = {
  name: "bun",
  defaultMethod: "process",
  mainModule: () => bunGlobal().main ? pathToFileURL(bunGlobal().main).href : undefined,
  spawnWorker: spawnThread,
  spawnProcess: (request, events) => new BunChild(request, events),
};
