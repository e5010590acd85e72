/**
 * Bun: threads by `node:worker_threads`, processes by `Bun.spawn` with its own channel.
 *
 * @module
 * @internal
 */

import { pathToFileURL } from "node:url";
import { noteVariable, sharedFiles, startScript } from "../boot.ts";
import { bun as capabilities } from "./capabilities.ts";
import { isBunScript } from "./flags.ts";
import { childEnvironment } from "../child_environment.ts";
import { childCommand, noteRunning, sendSignal } from "../command.ts";
import { exitCode } from "../exit_code.ts";
import { markedFrame, markFrame } from "../frame_mark.ts";
import { inherit } from "../inherited_files.ts";
import { startFolder } from "../launch.ts";
import type { Child, ChildEvents, Frame, Runtime, Signal, SpawnRequest } from "../runtime.ts";
import { spawnThread } from "../thread.ts";
import { orUnstarted } from "../unstarted.ts";

/** The part of Bun's API that is used here. */
interface BunProcesses {
  readonly main: string;
  spawn(command: readonly string[], options: {
    stdio: readonly ["ignore", "inherit", "inherit", ...number[]];
    cwd?: string;
    serialization: "advanced";
    env: Record<string, string | undefined>;
    ipc(message: unknown): void;
    onExit(subprocess: unknown, code: number | null, signal: number | null): void;
    onDisconnect(): void;
  }): Subprocess;
}

interface Subprocess {
  readonly pid: number;
  readonly signalCode: string | null;
  send(message: unknown): void;
  ref(): void;
  unref(): void;
}

/** The first of the descriptors that a child inherits: behind its standard ones. */
const firstDescriptor = 3;

const { takesScript } = capabilities;

const bunGlobal = (): BunProcesses => (globalThis as unknown as { Bun: BunProcesses }).Bun;

class BunChild implements Child {
  readonly pid: number;
  readonly #process: Subprocess;
  #open = true;
  #hasExited = false;

  constructor(request: SpawnRequest, events: ChildEvents) {
    let code: number | undefined;
    // `exit` may come before the channel's end, and messages with it.
    const end = () => {
      if (code !== undefined && !this.#open) events.exit(code);
    };
    const { boot, env } = request;
    const { paths, descriptors } = inherit(sharedFiles(request), firstDescriptor);
    const { cwd, enter } = startFolder(boot.launch.folder);
    const { flags, args } = boot.launch;
    const script = () => [...flags, "-e", enter + startScript(request, paths), "--"];
    const note = takesScript ? {} : noteVariable(request, paths);
    const command = childCommand([...takesScript ? script() : [], ...args], () => true);
    this.#process = bunGlobal().spawn(command, {
      stdio: ["ignore", "inherit", "inherit", ...descriptors],
      serialization: "advanced",
      ...(cwd !== undefined && takesScript && { cwd }),
      env: { ...childEnvironment(env), ...note },
      ipc: (message) => {
        const bytes = markedFrame("toParent", message);
        if (bytes !== undefined) events.frame(bytes, []);
      },
      onExit: (_, status) => {
        noteEnd();
        this.#hasExited = true;
        code = exitCode(status, this.#process.signalCode);
        end();
      },
      onDisconnect: () => {
        this.#open = false;
        end();
      },
    });
    this.pid = this.#process.pid;
    const noteEnd = noteRunning(this.pid, boot);
  }

  post({ bytes }: Frame): void {
    if (!this.#open) return;
    try {
      this.#process.send(markFrame("toChild", bytes));
    } catch (error) {
      // "can only be used if an IPC channel is open": it has just ended, which is told soon.
      if (!(error instanceof Error)) throw error;
    }
  }

  kill(signal: Signal): void {
    if (!this.#hasExited) sendSignal(this.pid, signal);
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
  mainModule: () => {
    const { main } = bunGlobal();
    return isBunScript(main) ? pathToFileURL(main).href : undefined;
  },
  spawnWorker: spawnThread,
  spawnProcess: (request, events) =>
    orUnstarted(request.boot, events, () => new BunChild(request, events)),
};
