/**
 * Turns what is submitted to a pool into tasks. What cannot travel is refused here, at the call,
 * and what the caller changes later does not matter any more.
 *
 * @module
 * @internal
 */

import type { Encoder } from "../codec/encoder.ts";
import { refusal } from "../codec/failure.ts";
import { referenceTo } from "../code/function_reference.ts";
import type { Root } from "../codec/path.ts";
import type { DeliveryHooks } from "../codec/extension.ts";
import type { Callable } from "../code/task.ts";
import { encoderForChild, frameKind, type SetUp } from "../process/messages.ts";
import { plainJSON } from "../runtime/plain_json.ts";
import type { Frame, Permissions } from "../runtime/runtime.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type OutcomeListener, PoolFunction, PoolTask, TaskBlock } from "./task.ts";
import { flag } from "./wire.ts";

/** A task to submit. */
export interface Submission {
  readonly fn: Callable;
  readonly args: readonly unknown[];
  /** What a refusal calls what is in `args`. */
  readonly root: Root;
  /** Of a chunk: the place of its first item among all items of the map. */
  readonly first?: number;
  /** Members of {@linkcode flag}, added up. */
  readonly flags: number;
  /** What is moved: all of a list, or of a set what the arguments hold. */
  readonly transfer: readonly object[] | ReadonlySet<object> | undefined;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that it may run. */
  readonly timeout: number | undefined;
  readonly listener: OutcomeListener;
}

/** How a worker begins. */
export interface WorkerSetUp extends Frame {
  readonly hooks: readonly DeliveryHooks[];
  /** What the arguments of the initializer refer to. */
  readonly kept: readonly object[];
  readonly hasInitializer: boolean;
}

/** Encodes the tasks of one pool. Those of one turn stand one behind the other in one block. */
export class TaskEncoder {
  readonly #encoder: Encoder;
  readonly #functions = new WeakMap<Callable, PoolFunction>();
  /** By what is sent of them: an inline function may be another object at each call. */
  readonly #functionsSent = new Map<string, PoolFunction>();
  #block = new TaskBlock();
  #tasks = 0;

  constructor(method: StartMethod, permissions: Permissions | undefined) {
    this.#encoder = encoderForChild(method, permissions);
  }

  /** The frame that a worker gets first. */
  setUp(
    initializer: Callable | undefined,
    initArgs: readonly unknown[],
    maxTasks: number | undefined,
  ): WorkerSetUp {
    this.seal();
    const setUp: SetUp = { initializer: initializer && referenceTo(initializer), maxTasks };
    try {
      this.#encoder.writeUint(frameKind.setUp);
      this.#encoder.write(setUp, "value");
      this.#encoder.write(initArgs, "args");
    } catch (error) {
      this.#encoder.truncate(0);
      throw error;
    }
    const message = this.#encoder.takeUnsent();
    let transfer: object[];
    try {
      transfer = sentAgain(message.transfer);
    } catch (error) {
      for (const hook of message.hooks) hook.dropped();
      throw error;
    }
    for (const hook of message.hooks) hook.sent?.();
    return {
      ...message,
      transfer,
      isReused: true,
      hasInitializer: initializer !== undefined,
    };
  }

  /**
   * What is known of a function.
   *
   * @throws {TaskReferenceError} If it cannot travel.
   */
  functionOf(fn: Callable): PoolFunction {
    const known = this.#functions.get(fn);
    if (known !== undefined) return known;
    const reference = referenceTo(fn);
    const key = plainJSON(reference);
    const made = this.#functionsSent.get(key) ??
      new PoolFunction(this.#functionsSent.size + 1, reference);
    this.#functionsSent.set(key, made);
    this.#functions.set(fn, made);
    return made;
  }

  /** Encodes tasks that belong together: all of them, or it throws and there is none. */
  encodeAll(submissions: readonly Submission[]): PoolTask[] {
    const start = this.#encoder.size;
    const tasks: PoolTask[] = [];
    try {
      for (const submission of submissions) tasks.push(this.#encode(submission));
    } catch (error) {
      // Blocks that were sealed meanwhile are let go: no task names their bytes. All that stands in
      // the block after them belongs to this call.
      const sealed = tasks.filter((task) => task.block !== this.#block);
      this.#encoder.truncate(sealed.length === 0 ? start : 0);
      for (const task of sealed) task.noteDropped();
      throw error;
    }
    for (const task of tasks) task.noteSent();
    return tasks;
  }

  /** Encodes a task. What it refuses it throws, and nothing has changed. */
  encode(submission: Submission): PoolTask {
    const task = this.#encode(submission);
    task.noteSent();
    return task;
  }

  /** Encodes a task, whose delivery hooks have not begun. */
  #encode(submission: Submission): PoolTask {
    const { fn, args, root, first = 0, flags, transfer, signal, timeout, listener } = submission;
    const poolFunction = this.functionOf(fn);
    const isLimited = signal !== undefined || timeout !== undefined;
    const encoder = this.#encoder;
    const start = encoder.size;
    const at = encoder.beginSized();
    encoder.writeUint(timeout === undefined ? flags : flags | flag.announced);
    encoder.writeUint(poolFunction.id);
    if (flags & flag.chunk) encoder.writeUint(first);
    try {
      encoder.write(args, root, transfer);
    } catch (error) {
      encoder.truncate(start);
      throw error;
    }
    encoder.endSized(at);
    const { size: end } = encoder;
    const carriesMore = encoder.hasAttachments || encoder.hasHooks;
    const alone = carriesMore || isLimited;
    const id = ++this.#tasks;
    const task = new PoolTask(id, poolFunction, this.#block, start, end, alone, listener);
    // What goes beside the bytes is a block's, and only its last task may have any.
    if (carriesMore) this.seal();
    return task;
  }

  /** Ends the block that tasks are being encoded into, if there are any: now they can be sent. */
  seal(): void {
    if (this.#encoder.size === 0) return;
    Object.assign(this.#block, this.#encoder.takeUnsent());
    this.#block = new TaskBlock();
  }
}

/**
 * What of a list is to be moved by a frame that each worker gets: nothing. Buffers are copied for
 * each, and only this side no longer has them.
 */
function sentAgain(transfer: readonly object[]): object[] {
  if (transfer.every((item) => item instanceof ArrayBuffer)) return [];
  throw refusal("args", "hold what can be moved to one worker only");
}
