import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkObject,
  checkOptions,
  checkString,
  wrongArgument,
} from "../arguments.ts";
import type { Parcel } from "../codec/encoder.ts";
import { referenceToClass } from "../codec/class_reference.ts";
import { referenceTo } from "../codec/function_reference.ts";
import { type AnyClass, refuseToSend } from "../codec/registry.ts";
import type { Callable } from "../codec/task.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { takeRole } from "./child_role.ts";
import { nextPlace, self } from "./identity.ts";
import type { WaitOptions } from "../memory/latch.ts";
import { encoderForChild, frameKind, type Job } from "./messages.ts";
import { onEnd } from "./others.ts";
import { type Parts, runJob, type Runnable } from "./run_job.ts";
import { Sentinel } from "./sentinel.ts";
import { isBound, startMethodOf } from "../runtime/start_methods.ts";
import { StartedChild } from "./started_child.ts";
import { type Details, showAs } from "../runtime/inspection.ts";

/** The arguments of a process' target: all, or without the last ones that are optional or come as `kwargs`. */
export type ProcessArguments<A extends readonly unknown[]> = [A] extends [never]
  ? readonly unknown[]
  // Of a target that takes anything, as `never` says it, nothing is known.
  : [A] extends [readonly never[]]
    ? (number extends A["length"] ? readonly unknown[] : { readonly [I in keyof A]: unknown })
  : Readonly<A> | (A extends readonly [...infer Head, unknown] ? Readonly<Head> : readonly []);

/** What a process' target takes last, which is what `kwargs` may be. */
export type ProcessKwargs<A extends readonly unknown[]> = [A] extends [never] ? object
  : Required<A> extends readonly [...unknown[], infer Last] ? Last & object
  : object;

/** What a process is to be. */
export interface ProcessOptions<A extends readonly unknown[] = readonly never[]> {
  /** The function to run: exported, a `task()`, or inline. */
  target?: ((...args: A) => unknown) | undefined;
  /** The arguments of `target`. */
  args?: ProcessArguments<A> | undefined;
  /** One object, passed to `target` behind `args`. */
  kwargs?: ProcessKwargs<A> | undefined;
  /**
   * The process' name. Where it is left out, it is of the class and of the place: `Process-1`,
   * `Process-2` …, and `Process-2:1` for the first one that the second makes.
   */
  name?: string | undefined;
  /**
   * Whether the process ends with its parent, which otherwise waits for it. If it is left out, as
   * the process that makes the object is one: not by default.
   */
  daemon?: boolean | undefined;
  /** What the process may do, on Deno. One that may not do everything shares no memory: it can use no `Queue`, say. */
  permissions?: Permissions | undefined;
  /** Environment variables, merged over the parent's. On Deno a worker sees them in `process.env`. */
  env?: Readonly<Record<string, string>> | undefined;
}

/** What a process object knows. Beside the object, because a child makes one without constructor. */
interface State {
  name: string;
  readonly place?: string | undefined;
  daemon: boolean;
  readonly target: Callable | undefined;
  readonly args: readonly unknown[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly permissions?: Permissions | undefined;
  /** The class that was constructed: it may be bound to a start method. */
  readonly maker?: object;
  child?: StartedChild;
  /** Whether something else started the child, and sees to its end. */
  readonly isAdopted?: true;
  sentinel?: Sentinel;
  closed?: true;
}

const states = new WeakMap<object, State>();

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
    const place = nextPlace();
    states.set(this, {
      name: name ?? `${kindOf(new.target)}-${place}`,
      place,
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
    return state.sentinel ??= new Sentinel(startedChild(this));
  }

  /**
   * Starts the child and returns. A parent that has nothing else to do ends when the child has,
   * or at once if it is a daemon. A child that the system refuses, for want of processes or descriptors, ends
   * at once: the reason is printed to standard error, and the exit code is 127.
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
      place: state.place,
      daemon: state.daemon,
      method,
      env: state.env,
      permissions: state.permissions,
      first: () => encodeJob(this, state, method),
    }, { ended: () => alive.delete(this) });
    state.child = child;
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

/** What a process is called that has no name. A class of a context, or of a minified program, is none of its own. */
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

function checkPermissions(verb: string, permissions: Permissions): void {
  if (permissions === "inherit" || permissions === "none") return;
  if (typeof permissions === "object" && permissions !== null) return;
  const what = `Cannot ${verb} as permissions must be "inherit", "none" or an object`;
  throw wrongArgument(TypeError, what, permissions);
}

function checkProcessOptions(options: ProcessOptions): void {
  const verb = "make a process";
  checkOptions(verb, options);
  const { target, args, kwargs, name, daemon, permissions, env } = options;
  if (target !== undefined) checkFunction(verb, "target", target);
  if (args !== undefined) checkArray(verb, "args", args);
  if (kwargs !== undefined) checkObject(verb, "kwargs", kwargs);
  if (name !== undefined) checkString(verb, "name", name);
  if (daemon !== undefined) checkBoolean(verb, "daemon", daemon);
  if (permissions !== undefined) checkPermissions(verb, permissions);
  if (env === undefined) return;
  checkObject(verb, "env", env);
  for (const [key, value] of Object.entries(env)) checkString(verb, `env.${key}`, value);
}

function stateOf(process: Process): State {
  const state = states.get(process);
  if (state === undefined) throw new TypeError("Cannot use a process that Process() did not make");
  return state;
}

function openState(process: Process): State {
  const state = stateOf(process);
  if (state.closed) throw new Error(`Cannot use ${state.name} as it is closed`);
  return state;
}

function startedChild(process: Process): StartedChild {
  const { child, name } = openState(process);
  if (child !== undefined) return child;
  const why = process === currentProcess() ? "it is this process itself" : "it has not started";
  throw new Error(`Cannot wait for ${name}, signal it or end it as ${why}`);
}

function encodeJob(process: Process, state: State, method: StartMethod): Parcel {
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
refuseToSend("Process", (value) => states.has(value), "send its pid or its name");

const role = "process";
let current: Process | undefined;

/** The process object of this child: made of what its parent sent. */
function assemble({ prototype, properties, target, args }: Parts): Runnable {
  const process = Object.assign(Object.create(prototype ?? Process.prototype), properties);
  states.set(process, { name: self().name, daemon: self().daemon, target, args });
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
  states.set(process, { name, daemon, target: undefined, args: [], child, isAdopted: true });
  alive.add(process);
  child.ended.onOpen(() => alive.delete(process));
}

onEnd(() => {
  const others = activeChildren().map(stateOf)
    .filter(({ child, isAdopted }) => child?.isKept && !child.daemon && !isAdopted);
  return Promise.all(others.map(({ child }) => child?.join()));
});

takeRole(role, (child) => (kind, body) => {
  if (kind === frameKind.run) void runJob(child, body, assemble);
});
