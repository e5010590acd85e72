/**
 * Children that are processes, by `node:child_process`, for Node and Deno.
 *
 * @module
 * @internal
 */

import { type ChildProcess, fork, spawn } from "node:child_process";
import { noteRunning, sendSignal } from "./command.ts";
import { exitCode } from "./exit_code.ts";
import { markedFrame, markFrame } from "./frame_mark.ts";
import { passByFile } from "./memory_file.ts";
import type { Boot, Child, ChildEvents, Frame, Signal } from "./runtime.ts";
import type { ScriptFile } from "./script_file.ts";
import { orUnstarted, reportRefusal } from "./unstarted.ts";

/** Node's channel handle, which the types leave out. */
interface NodeChannel {
  ref(): void;
  unref(): void;
}

/**
 * How long a channel whose process has ended must be silent to have ended, too: in milliseconds.
 */
const silentWait = 20;
/** And that many times. */
const silentWaits = 10;

/** The first of the descriptors that a child inherits: behind its standard ones and the channel. */
export const firstDescriptor = 4;

/** How a program is run. */
export interface Surroundings {
  /** What it inherits, from `firstDescriptor` on. */
  readonly descriptors: readonly number[];
  /** Its environment, if it is not this program's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A command that is to be run. */
export interface Command extends Surroundings {
  readonly command: [string, ...string[]];
  /** What it reads from its standard input. */
  readonly input?: string;
  /** Where it is started, if not here. */
  readonly cwd?: string | undefined;
}

/** What is to be run: a command, or a script that this program's own executable runs. */
export type Program = Command | (Surroundings & ScriptFile);

/** Starts a program with a channel to it. */
function start(program: Program, programArgs: readonly string[]): ChildProcess {
  const { env, descriptors } = program;
  const options = { serialization: "advanced", ...(env && { env }) } as const;
  const rest = ["inherit", "inherit", "ipc", ...descriptors] as const;
  if ("path" in program) {
    return fork(program.path, programArgs, { ...options, stdio: ["ignore", ...rest] });
  }
  const { command: [name, ...args], input, cwd } = program;
  // A pipe would be written in the event loop, which a parent that blocks its thread does not
  // reach.
  const file = input === undefined ? undefined : passByFile(new TextEncoder().encode(input));
  // As in CPython a child does not read its parent's terminal.
  const stdin = input === undefined ? "ignore" : file?.fd ?? "pipe";
  try {
    const started = spawn(name, args, { ...options, cwd, stdio: [stdin, ...rest] });
    // EPIPE of a child that ended before it read: its end is reported by itself.
    started.stdin?.on("error", () => {}).end(input);
    return started;
  } finally {
    file?.close();
  }
}

class ProcessChild implements Child {
  readonly pid: number;
  readonly #process: ChildProcess;
  #hasExited = false;
  #ended = false;

  constructor(program: Program, boot: Boot, events: ChildEvents) {
    try {
      this.#process = start(program, boot.launch.args);
    } catch (error) {
      if ("path" in program) program.remove();
      throw error;
    }
    if ("path" in program) {
      // Not "exit": there is none if it could not be started.
      this.#process.on("close", () => program.remove());
    }
    if (this.#process.pid === undefined) {
      // ENOENT, EAGAIN, EACCES: told by an event, and only then known by its reason.
      this.pid = -1;
      this.#ended = true;
      this.#process.on("error", (error) => reportRefusal(boot, error, events));
      return;
    }
    this.pid = this.#process.pid;
    // A failed send or kill of a child that has just ended; its end is reported by itself.
    this.#process.on("error", () => {});
    this.#reportEnd(noteRunning(this.pid, boot), events);
  }

  /**
   * `exit` overtakes messages: the end is when the channel has ended too. Deno does not always say
   * so (not if the child exits while it is being sent something): then it is when nothing has come
   * for a while.
   */
  #reportEnd(noteEnd: () => void, events: ChildEvents): void {
    let code: number | undefined;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      if (code === undefined || this.#ended) return;
      this.#ended = true;
      clearTimeout(silence);
      if (this.#process.connected) this.#process.disconnect();
      events.exit(code);
    };
    // Several short waits, in each of which the event loop has looked for messages, also on a
    // machine that is so busy that one long wait would be over before the first look.
    const listen = (waits = silentWaits) => {
      clearTimeout(silence);
      if (code === undefined) return;
      silence = setTimeout(() => waits > 1 ? listen(waits - 1) : end(), silentWait);
    };
    this.#process.on("message", (message) => {
      const bytes = markedFrame("toParent", message);
      if (bytes !== undefined) events.frame(bytes, []);
      listen();
    });
    this.#process.on("exit", (status, signal) => {
      noteEnd();
      this.#hasExited = true;
      code = exitCode(status, signal);
      if (this.#process.connected) listen();
      else end();
    });
    this.#process.on("disconnect", end);
  }

  post({ bytes }: Frame): void {
    if (this.#ended || !this.#process.connected) return;
    // With a callback, a send to a child that is just ending is no uncaught error.
    this.#process.send(markFrame("toChild", bytes), () => {});
  }

  kill(signal: Signal): void {
    // Not by the process object: Deno's works once, closes the channel, and reports what it has
    // sent in place of how the child has ended.
    if (!this.#hasExited && !this.#ended) sendSignal(this.pid, signal);
  }

  ref(): void {
    this.#whileItLives(() => {
      this.#process.ref();
      this.#channel?.ref();
    });
  }

  unref(): void {
    this.#whileItLives(() => {
      this.#process.unref();
      this.#channel?.unref();
    });
  }

  /**
   * On Deno the handle of a process that has just ended is a `BadResource`; its end is told soon.
   */
  #whileItLives(action: () => void): void {
    if (this.#ended) return;
    try {
      action();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "BadResource") throw error;
    }
  }

  get #channel(): NodeChannel | undefined | null {
    return this.#process.channel as NodeChannel | undefined | null;
  }
}

/** Runs a program, and opens a channel to it. */
export function spawnNodeProcess(program: Program, boot: Boot, events: ChildEvents): Child {
  return orUnstarted(boot, events, () => new ProcessChild(program, boot, events));
}
