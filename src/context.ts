import { registerClass } from "./code/registered_class.ts";
import { task } from "./code/task.ts";
import { transfer } from "./codec/transfer.ts";
import { connect } from "./channel/connect.ts";
import { Listener } from "./channel/listener.ts";
import { type Pipe, pipeOf } from "./channel/pipe.ts";
import { wait } from "./channel/wait.ts";
import { Manager } from "./manager/manager.ts";
import { JoinableQueue } from "./queue/joinable_queue.ts";
import { Queue } from "./queue/queue.ts";
import { SimpleQueue } from "./queue/simple_queue.ts";
import { Barrier } from "./sync/barrier.ts";
import { Condition } from "./sync/condition.ts";
import { Event } from "./sync/event.ts";
import { Lock } from "./sync/lock.ts";
import { RLock } from "./sync/rlock.ts";
import { BoundedSemaphore, Semaphore } from "./sync/semaphore.ts";
import { RawArray } from "./shared/raw_array.ts";
import { RawValue } from "./shared/raw_value.ts";
import { SharedArray } from "./shared/shared_array.ts";
import { SharedMemory } from "./shared/shared_memory.ts";
import { Value } from "./shared/value.ts";
import { Pool } from "./pool/pool.ts";
import { cpuCount } from "./process/cpu_count.ts";
import { parentProcess } from "./process/parent_process.ts";
import { activeChildren, currentProcess, Process } from "./process/process.ts";
import {
  bindStartMethod,
  checkMethod,
  getAllStartMethods,
  getStartMethod,
  type setStartMethod,
} from "./runtime/start_methods.ts";
import type { StartMethod } from "./runtime/start_method.ts";
import * as errors from "./errors.ts";

/** The classes and functions of this package, bound to a start method: see `getContext`. */
export interface Context extends Omit<typeof errors, "errorClasses"> {
  /** `Process`, started by the context's method. */
  readonly Process: typeof Process;
  /** `Pool`, whose workers are started by the context's method. */
  readonly Pool: typeof Pool;
  /** `Manager`, whose server is started by the context's method. */
  readonly Manager: typeof Manager;
  /** `Lock`, for children of the context's method. */
  readonly Lock: typeof Lock;
  /** `RLock`, for children of the context's method. */
  readonly RLock: typeof RLock;
  /** `Semaphore`, for children of the context's method. */
  readonly Semaphore: typeof Semaphore;
  /** `BoundedSemaphore`, for children of the context's method. */
  readonly BoundedSemaphore: typeof BoundedSemaphore;
  /** `Event`, for children of the context's method. */
  readonly Event: typeof Event;
  /** `Condition`, for children of the context's method. */
  readonly Condition: typeof Condition;
  /** `Barrier`, for children of the context's method. */
  readonly Barrier: typeof Barrier;
  /** `Value`, for children of the context's method. */
  readonly Value: typeof Value;
  /** `RawValue`, for children of the context's method. */
  readonly RawValue: typeof RawValue;
  /** `SharedArray`, for children of the context's method. */
  readonly SharedArray: typeof SharedArray;
  /** The same as `SharedArray`. */
  readonly Array: typeof SharedArray;
  /** `RawArray`, for children of the context's method. */
  readonly RawArray: typeof RawArray;
  /** `SharedMemory`, for children of the context's method where only threads can share it. */
  readonly SharedMemory: typeof SharedMemory;
  /** `Queue`, for children of the context's method. */
  readonly Queue: typeof Queue;
  /** `JoinableQueue`, for children of the context's method. */
  readonly JoinableQueue: typeof JoinableQueue;
  /** `SimpleQueue`, for children of the context's method. */
  readonly SimpleQueue: typeof SimpleQueue;
  /** `Pipe`, for children of the context's method. */
  readonly Pipe: typeof Pipe;
  /** See the class of the same name. */
  readonly Listener: typeof Listener;
  /** See the function of the same name. */
  readonly connect: typeof connect;
  /** See the function of the same name. */
  readonly wait: typeof wait;
  /** See the function of the same name. */
  readonly activeChildren: typeof activeChildren;
  /** See the function of the same name. */
  readonly cpuCount: typeof cpuCount;
  /** See the function of the same name. */
  readonly currentProcess: typeof currentProcess;
  /** See the function of the same name. */
  readonly parentProcess: typeof parentProcess;
  /** See the function of the same name. */
  readonly getAllStartMethods: typeof getAllStartMethods;
  /** See the function of the same name; without a method it gives this context itself. */
  readonly getContext: typeof getContext;
  /** The context's start method. */
  readonly getStartMethod: () => StartMethod;
  /** See the function of the same name; a context that is bound to a method refuses. */
  readonly setStartMethod: typeof setStartMethod;
  /** See the function of the same name. */
  readonly task: typeof task;
  /** See the function of the same name. */
  readonly registerClass: typeof registerClass;
  /** See the function of the same name. */
  readonly transfer: typeof transfer;
}

/** What is bound to a start method. */
const classes = {
  Process,
  Pool,
  Manager,
  Lock,
  RLock,
  Semaphore,
  BoundedSemaphore,
  Event,
  Condition,
  Barrier,
  Value,
  RawValue,
  SharedArray,
  Array: SharedArray,
  RawArray,
  SharedMemory,
  Queue,
  JoinableQueue,
  SimpleQueue,
};

const functions = {
  Listener,
  connect,
  wait,
  activeChildren,
  cpuCount,
  currentProcess,
  parentProcess,
  getAllStartMethods,
  task,
  registerClass,
  transfer,
};

const contexts = new Map<StartMethod, Context>();

/**
 * An object with every class and function of this package, bound to a start method, so that one
 * program can use both. Without a method it is the one of `getStartMethod()`, which this fixes.
 *
 * @example
 * ```ts
 * import { getContext } from "@nproc/multiprocessing";
 *
 * const { Pool } = getContext("process");
 * await using pool = new Pool(1);
 * console.log(await pool.apply(() => 6 * 7)); // 42
 * ```
 *
 * @throws {TypeError} If `method` is no start method.
 */
export function getContext(method: StartMethod = getStartMethod()): Context {
  checkMethod(method, "Cannot make a context as its start method");
  const known = contexts.get(method) ?? boundContext(method);
  contexts.set(method, known);
  return known;
}

function boundContext(method: StartMethod): Context {
  const { errorClasses: _, ...errorsThemselves } = errors;
  return {
    ...errorsThemselves,
    ...functions,
    ...boundClasses(method),
    Pipe: (options) => pipeOf(method, options),
    getContext: (other = method) => getContext(other),
    getStartMethod: () => method,
    setStartMethod: () => {
      throw new Error(`Cannot set the start method of a context that is bound to "${method}"`);
    },
  };
}

function boundClasses(method: StartMethod): typeof classes {
  const all = Object.entries(classes).map(([name, base]) => [name, bound(base, method)]);
  return Object.fromEntries(all);
}

/** A class of its own that extends one of ours, under the same name. */
// deno-lint-ignore no-explicit-any -- what TypeScript demands of the constructor of a mixin.
function bound(base: new (...args: any[]) => object, method: StartMethod): object {
  const cls = class extends base {};
  Object.defineProperty(cls, "name", { value: base.name });
  bindStartMethod(cls, method);
  return cls;
}
