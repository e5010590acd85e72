/**
 * Python's `multiprocessing` for Deno, Bun and Node. Functions run in other threads or processes,
 * with their types. Errors come back with their class, and nothing hangs when a worker dies.
 *
 * ```ts
 * import { Pool } from "@nproc/multiprocessing";
 *
 * export function square(x: number): number {
 *   return x ** 2;
 * }
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(4);
 *   console.log(await pool.map(square, [0, 1, 2, 3, 4])); // [ 0, 1, 4, 9, 16 ]
 * }
 * ```
 *
 * `import.meta.main` is Python's `if __name__ == "__main__"`: a child imports the main module to
 * find `square`, and must not run the program again. The function is exported for the same reason.
 * One that is not exported is declared by {@link task}.
 *
 * Where to go from here:
 *
 * - Tasks: {@link Pool} runs many, {@link Process} runs one function in a child of its own. The
 *   module `@nproc/multiprocessing/futures` has Python's `concurrent.futures`.
 * - Messages: {@link Queue}, {@link Pipe}, and {@link Listener} with {@link connect} for other
 *   programs. {@link wait} waits for several of them.
 * - Shared memory: {@link Value}, {@link SharedArray} and {@link SharedMemory}.
 * - Locks: {@link Lock}, {@link RLock}, {@link Semaphore}, {@link Event}, {@link Condition} and
 *   {@link Barrier}.
 * - Objects for everybody, also on other machines: {@link Manager}.
 * - Threads or processes: {@link setStartMethod} and {@link getContext}.
 * - Values keep their class when they travel: {@link registerClass}. {@link transfer} moves memory
 *   instead of copying it.
 *
 * Names are Python's in camel case, optional arguments stand in one object at the end, and times
 * are in milliseconds. Whatever can wait returns a promise, and takes a `timeout` and a `signal`.
 *
 * @module
 */

import "./src/channel/streams.ts";

export * from "./src/errors.ts";
export { type Callable, task } from "./src/code/task.ts";
export { type AnyClass, registerClass } from "./src/code/registered_class.ts";
export { transfer, type Transferable } from "./src/codec/transfer.ts";
export { activeChildren, currentProcess, Process } from "./src/process/process.ts";
export type {
  ProcessArguments,
  ProcessKwargs,
  ProcessOptions,
} from "./src/process/process_options.ts";
export { ParentProcess, parentProcess } from "./src/process/parent_process.ts";
export { Sentinel } from "./src/process/sentinel.ts";
export { cpuCount } from "./src/process/cpu_count.ts";
export { getAllStartMethods, getStartMethod, setStartMethod } from "./src/runtime/start_methods.ts";
export type { Permissions, PermissionSet } from "./src/runtime/runtime.ts";
export type { ConnectTls, ListenTls } from "./src/runtime/tls_options.ts";
export type { StartMethod } from "./src/runtime/start_method.ts";
export type { WaitOptions } from "./src/wait/latch.ts";
export { Acquirable } from "./src/sync/acquirable.ts";
export type { AcquireOptions, AcquireSyncOptions } from "./src/memory/lock_word.ts";
export { Lock } from "./src/sync/lock.ts";
export { RLock } from "./src/sync/rlock.ts";
export { BoundedSemaphore, Semaphore } from "./src/sync/semaphore.ts";
export { Event } from "./src/sync/event.ts";
export { Condition } from "./src/sync/condition.ts";
export { Barrier, type BarrierOptions } from "./src/sync/barrier.ts";
export { Queue } from "./src/queue/queue.ts";
export { JoinableQueue } from "./src/queue/joinable_queue.ts";
export { SimpleQueue } from "./src/queue/simple_queue.ts";
export { Connection, type RecvBytesOptions } from "./src/channel/connection.ts";
export type { SyncWaitOptions } from "./src/channel/end.ts";
export { generateAuthKey } from "./src/channel/auth_key.ts";
export { connect, type ConnectOptions } from "./src/channel/connect.ts";
export type { Limits } from "./src/channel/limits.ts";
export { Listener, type ListenerOptions } from "./src/channel/listener.ts";
export { Pipe, type PipeOptions } from "./src/channel/pipe.ts";
export { wait, type Waitable } from "./src/channel/wait.ts";
export { Pool } from "./src/pool/pool.ts";
export type { Arguments, Input, MapOptions, PoolOptions, TaskOptions } from "./src/pool/options.ts";
export { AsyncResult, type Callbacks } from "./src/pool/async_result.ts";
export { Manager } from "./src/manager/manager.ts";
export type { ManagedFactory } from "./src/manager/managed_factory.ts";
export type { ManagerOptions } from "./src/manager/options.ts";
export { BaseProxy } from "./src/manager/client/proxies/base_proxy.ts";
export {
  AcquirableProxy,
  BoundedSemaphoreProxy,
  ConditionProxy,
  LockProxy,
  OwnedProxy,
  RLockProxy,
  SemaphoreProxy,
} from "./src/manager/client/proxies/acquirable_proxy.ts";
export { ArrayProxy } from "./src/manager/client/proxies/array_proxy.ts";
export { BarrierProxy } from "./src/manager/client/proxies/barrier_proxy.ts";
export { type DictInit, DictProxy } from "./src/manager/client/proxies/dict_proxy.ts";
export { EventProxy } from "./src/manager/client/proxies/event_proxy.ts";
export { ListProxy, type SortOptions } from "./src/manager/client/proxies/list_proxy.ts";
export type { NamespaceProxy } from "./src/manager/client/proxies/namespace_proxy.ts";
export type { ManagedObject } from "./src/manager/client/proxies/object_proxy.ts";
export { PoolProxy } from "./src/manager/client/proxies/pool_proxy.ts";
export { JoinableQueueProxy, QueueProxy } from "./src/manager/client/proxies/queue_proxy.ts";
export { ValueProxy } from "./src/manager/client/proxies/value_proxy.ts";
export { type Context, getContext } from "./src/context.ts";
export { ResultIterator } from "./src/pool/result_iterator.ts";
export type {
  ArrayOf,
  BigIntType,
  ElementOf,
  ElementType,
  FoldMembers,
  NumberType,
  Typecode,
  TypecodeArrays,
} from "./src/shared/element_type.ts";
export type { LockOptions } from "./src/shared/guarded.ts";
export { RawArray } from "./src/shared/raw_array.ts";
export type { RawArrayConstructor, RawArrayMembers } from "./src/shared/raw_array.ts";
export { RawValue } from "./src/shared/raw_value.ts";
export { SharedArray, SharedArray as Array } from "./src/shared/shared_array.ts";
export type { SharedArrayConstructor, SharedArrayMembers } from "./src/shared/shared_array.ts";
export { SharedMemory, type SharedMemoryOptions } from "./src/shared/shared_memory.ts";
export { Value } from "./src/shared/value.ts";
