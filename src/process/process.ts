import { checkBoolean, checkString } from "../arguments.ts";
import type { EncodedMessage } from "../codec/encoder.ts";
import { referenceToClass } from "../code/class_reference.ts";
import { referenceTo } from "../code/function_reference.ts";
import { refuseToSend } from "../codec/extension.ts";
import type { AnyClass } from "../code/registered_class.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { takeRole } from "./child_role.ts";
import { nextIdentity, self } from "./identity.ts";
import type { WaitOptions } from "../wait/latch.ts";
import { encoderForChild, frameKind, type Job } from "./messages.ts";
import { noteStarted } from "./children.ts";
import { checkProcessOptions, type ProcessOptions } from "./process_options.ts";
import { isProcess, openState, type ProcessState, setState, stateOf } from "./process_state.ts";
import { type Parts, runJob, type Runnable } from "./run_job.ts";
import { type Sentinel, sentinelOf } from "./sentinel.ts";
import { isBound, startMethodOf } from "../runtime/start_methods.ts";
import { StartedChild } from "./started_child.ts";
import { type Details, showAs } from "../runtime/inspection.ts";

/** The processes that this thread started and that have not ended. */
const alive = new Set<Process>();

/**
 * A function that runs in a child of its own.
 *
 * Under the start method `"worker"` the child is a thread with its own heap, under `"process"` an
 * operating-system process. It ends when `target` has returned and nothing that it began is left
 * to do. An error that nothing catches is printed to standard error and makes `exitCode` 1.
 *
 * @example
 * ```ts
 * import { Process } from "@nproc/multiprocessing";
 *
 * export function greet(name: string): void {
 *   console.log(`hello, ${name}`);
 * }
 *
 * if (import.meta.main) {
 *   const process = new Process({ target: greet, args: ["world"] });
 *   process.start();
 *   await process.join();
 *   console.log(process.exitCode); // 0
 * }
 * ```
 */
export class Process<A extends readonly unknown[] = readonly never[]> {
  static {
    showAs<Process>(this, (process) => kindOf(process.constructor as typeof Process), details);
  }

  /**
   * Describes a process; `start` starts it.
   *
   * @throws {TypeError} If an option is not what it has to be, such as `target` no function.
   */
  constructor(options: ProcessOptions<A> = {}) {
    checkProcessOptions(options as ProcessOptions);
    const { target, args = [], kwargs, name, permissions, env } = options;
    const { daemon = self().daemon } = options;
    const identity = nextIdentity();
    setState(this, {
      name: name ?? `${kindOf(new.target)}-${identity}`,
      identity,
      daemon,
      target,
      args: kwargs === undefined ? args : [...args, kwargs],
      env,
      permissions,
      maker: new.target,
    });
  }

  /** The name: for people, it need not be unique. */
  get name(): string {
    return stateOf(this).name;
  }

  set name(name: string) {
    checkString("name a process", "name", name);
    stateOf(this).name = name;
  }

  /** Whether the process ends with its parent; fixed once it is started. */
  get daemon(): boolean {
    return stateOf(this).daemon;
  }

  set daemon(daemon: boolean) {
    const state = stateOf(this);
    checkBoolean("change a process", "daemon", daemon);
    if (state.child !== undefined) {
      throw new Error("Cannot change daemon as the process has started");
    }
    state.daemon = daemon;
  }

  /**
   * The process id: the operating system's, or for a worker a number that no other live child
   * has. `undefined` before the start.
   */
  get pid(): number | undefined {
    return this === currentProcess() ? self().pid : openState(this).child?.pid;
  }

  /** The same as `pid`. */
  get ident(): number | undefined {
    return this.pid;
  }

  /**
   * `null` until the process has ended; then 0, what it exited with, or minus the number of the
   * signal that ended it (-15 after `terminate`, -9 after `kill`).
   */
  get exitCode(): number | null {
    return openState(this).child?.exitCode ?? null;
  }

  /**
   * Becomes ready when the process ends: see `wait`.
   *
   * @throws {Error} Before the start.
   */
  get sentinel(): Sentinel {
    const state = openState(this);
    return state.sentinel ??= sentinelOf(startedChild(this));
  }

  /**
   * Starts the child and returns. A parent that has nothing else to do ends when the child has, or
   * at once if it is a daemon. A child that the system refuses, for want of processes or
   * descriptors, ends at once: the reason is printed to standard error, and the exit code is 127.
   *
   * @throws {Error} If it was started before, if this child is a daemon, or if this child is still
   * importing the main module (a missing `import.meta.main` guard).
   * @throws {TaskReferenceError} If `target` is native, bound, a method or a class.
   * @throws {DOMException} A `DataCloneError` with the path, if an argument cannot travel. The
   * process can be started again once that is mended.
   */
  start(): void {
    const state = openState(this);
    if (state.child !== undefined) throw new Error(`Cannot start ${state.name} twice`);
    if (this === current) {
      throw new Error(`Cannot start ${state.name} as it is this process itself`);
    }
    const method = startMethodOf(state.maker ?? Process);
    const child = new StartedChild({
      entry: import.meta.url,
      role,
      name: state.name,
      identity: state.identity,
      daemon: state.daemon,
      method,
      env: state.env,
      permissions: state.permissions,
      first: () => encodeJob(this, state, method),
    }, { ended: () => alive.delete(this) });
    state.child = child;
    noteStarted(child);
    alive.add(this);
    if (state.daemon) child.keepAlive(false);
  }

  /**
   * What the child does: calls `target`. A subclass may override it; it must then be exported from
   * the main module or given to `registerClass`, and the object's own properties must be able to
   * travel.
   */
  run(): void | Promise<void> {
    const { target, args } = stateOf(this);
    return target?.(...args as never[]) as void | Promise<void>;
  }

  /**
   * Waits until the process has ended: `true`, or `false` once `timeout` (milliseconds) is over.
   *
   * @throws {Error} Before the start, and in the process itself.
   * @throws The signal's reason, if that is aborted first; the process goes on.
   */
  async join(options?: WaitOptions): Promise<boolean> {
    return await startedChild(this).join(options);
  }

  /** Whether the process has been started and has not ended. */
  isAlive(): boolean {
    return this === currentProcess() || (openState(this).child?.isAlive ?? false);
  }

  /**
   * Ends the process: `SIGTERM`, or for a worker the end of its thread. Does nothing after its end.
   *
   * @throws {Error} Before the start.
   */
  terminate(): void {
    startedChild(this).kill("SIGTERM");
  }

  /**
   * Ends the process as `terminate` does, with `SIGKILL`.
   *
   * @throws {Error} Before the start.
   */
  kill(): void {
    startedChild(this).kill("SIGKILL");
  }

  /**
   * Gives up what the object holds; most of its members throw from here on.
   *
   * @throws {Error} While the process is alive.
   */
  close(): void {
    const state = stateOf(this);
    if (state.child?.isAlive) {
      throw new Error(`Cannot close ${state.name} while it is running: first join or terminate it`);
    }
    state.closed = true;
  }

  /** Terminates the process, if it runs, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { child, closed } = stateOf(this);
    if (child === undefined || closed) return;
    child.kill("SIGTERM");
    await this.join();
  }
}

/**
 * What a process is called that has no name. A class of a context, or of a minified program, is
 * none of its own.
 */
const kindOf = (cls: typeof Process): string =>
  cls === Process || isBound(cls) ? "Process" : cls.name;

function details(process: Process): Details {
  const { name, daemon, child, closed } = stateOf(process);
  const exitCode = child?.exitCode ?? undefined;
  const lives = exitCode === undefined ? "started" : "stopped";
  return {
    name: JSON.stringify(name),
    pid: child?.pid,
    state: closed ? "closed" : child === undefined ? "initial" : lives,
    exitCode,
    daemon: daemon || undefined,
  };
}

function startedChild(process: Process): StartedChild {
  const { child, name } = openState(process);
  if (child !== undefined) return child;
  const why = process === currentProcess() ? "it is this process itself" : "it has not started";
  throw new Error(`Cannot wait for ${name}, signal it or end it as ${why}`);
}

function encodeJob(process: Process, state: ProcessState, method: StartMethod): EncodedMessage {
  const job: Job = {
    target: state.target && referenceTo(state.target),
    subclass: process.run === Process.prototype.run
      ? undefined
      : referenceToClass(process.constructor as AnyClass),
  };
  const encoder = encoderForChild(method, state.permissions);
  encoder.writeUint(frameKind.run);
  encoder.write(job, "value");
  encoder.write(job.subclass === undefined ? {} : { ...process }, "value");
  encoder.write(state.args, "args");
  return encoder.take();
}

// CPython does not send one either, but to its own child.
refuseToSend("Process", isProcess, "send its pid or its name");

const role = "process";
let current: Process | undefined;

/** The process object of this child: made of what its parent sent. */
function assemble({ prototype, properties, target, args }: Parts): Runnable {
  const process = Object.assign(Object.create(prototype ?? Process.prototype), properties);
  setState(process, { name: self().name, daemon: self().daemon, target, args });
  current = process;
  return process;
}

/**
 * The process object of the thread that calls.
 *
 * @example
 * ```ts
 * import { currentProcess } from "@nproc/multiprocessing";
 *
 * console.log(currentProcess().name); // MainProcess
 * ```
 */
export function currentProcess(): Process {
  if (current === undefined) {
    assemble({ prototype: undefined, properties: {}, target: undefined, args: [] });
  }
  return current!;
}

/**
 * The processes that this one has started and that have not ended, a pool's workers among them.
 *
 * @example
 * ```ts
 * import { activeChildren } from "@nproc/multiprocessing";
 *
 * for (const child of activeChildren()) child.terminate();
 * ```
 */
export function activeChildren(): Process[] {
  return [...alive];
}

/**
 * Gives a child that something else started (a pool) its process object, until it ends.
 *
 * @internal
 */
export function adopt(child: StartedChild): void {
  const process: Process = Object.create(Process.prototype);
  const { name, daemon } = child;
  setState(process, { name, daemon, target: undefined, args: [], child });
  alive.add(process);
  child.ended.onOpen(() => alive.delete(process));
}

takeRole(role, (child) => (kind, body) => {
  if (kind === frameKind.run) void runJob(child, body, assemble);
});
