/**
 * What a pool's scheduler hands about: functions, encoded tasks, and who waits for them.
 *
 * @module
 * @internal
 */

import type { FunctionReference } from "../codec/function_reference.ts";
import type { Outcome } from "./wire.ts";

/** A function that tasks name by number, and how long it takes. */
export class PoolFunction {
  readonly id: number;
  readonly reference: FunctionReference;
  /** Milliseconds that a call takes, by what was seen of late; as long as a long one if unknown. */
  estimate = 1;
  #known = false;

  constructor(id: number, reference: FunctionReference) {
    this.id = id;
    this.reference = reference;
  }

  /** Takes in how long a call took. One long call is not to slow down a thousand short ones. */
  learn(milliseconds: number): void {
    const seen = Math.min(milliseconds, 10);
    this.estimate = this.#known ? 0.7 * this.estimate + 0.3 * seen : seen;
    this.#known = true;
  }
}

/** Tasks that were encoded together; all but the last are bytes alone. */
export class Block {
  bytes: Uint8Array = new Uint8Array(0);
  /** What the last task carries beside its bytes. */
  attachments: readonly unknown[] = [];
  transfer: readonly Transferable[] = [];
}

/** What a task is when it is submitted. */
export interface TaskParts {
  readonly id: number;
  readonly fn: PoolFunction;
  readonly block: Block;
  /** Where its bytes are in the block. */
  readonly start: number;
  readonly end: number;
  /** It is sent to an idle worker, and nothing behind it: it may be aborted, or carries things. */
  readonly alone: boolean;
  readonly listener: (outcome: Outcome) => void;
}

/** One call, or one chunk of calls, on its way. */
export class PoolTask {
  readonly id: number;
  readonly fn: PoolFunction;
  readonly block: Block;
  readonly start: number;
  readonly end: number;
  readonly alone: boolean;
  /** It is settled, and passed over where it still stands in a queue. */
  settled = false;
  /** Hears that it begins to run, where it asked for that. */
  began: (() => void) | undefined;
  /** Called when it is settled: ends its timer and the like. */
  cleanUp: (() => void) | undefined;
  // What follows is the worker's that holds it.
  /** Its place in the order in which that worker was sent tasks, and begins them. */
  slot = 0;
  /** The time of our clock after which it will not begin; `Infinity` for what an idle worker got. */
  lease: number = Infinity;
  /** What it adds to the worker's load. */
  cost = 0;
  readonly #listener: (outcome: Outcome) => void;

  constructor(parts: TaskParts) {
    this.id = parts.id;
    this.fn = parts.fn;
    this.block = parts.block;
    this.start = parts.start;
    this.end = parts.end;
    this.alone = parts.alone;
    this.#listener = parts.listener;
  }

  /** It carries what can be moved once only: it cannot be sent to a second worker. */
  get hasMoved(): boolean {
    return this.alone && this.block.transfer.length > 0 && this.end === this.block.bytes.length;
  }

  /** Tells how it ended; a second end is nothing new. */
  settle(outcome: Outcome): void {
    if (this.settled) return;
    this.settled = true;
    this.cleanUp?.();
    this.#listener(outcome);
  }
}

/** A queue of tasks: first in, first out, and back in at the front what was given back. */
export class TaskQueue {
  #tasks: PoolTask[] = [];
  #head = 0;

  /** How many there are; those settled meanwhile count until they are met. */
  get length(): number {
    return this.#tasks.length - this.#head;
  }

  push(task: PoolTask): void {
    this.#tasks.push(task);
  }

  /** The next task that is not settled. */
  peek(): PoolTask | undefined {
    while (this.#head < this.#tasks.length && this.#tasks[this.#head]!.settled) this.shift();
    return this.#tasks[this.#head];
  }

  /** Drops the first. What was passed is let go of now and then, not one by one. */
  shift(): void {
    this.#head++;
    if (this.#head < 1024 || this.#head * 2 < this.#tasks.length) return;
    this.#tasks.splice(0, this.#head);
    this.#head = 0;
  }

  unshift(tasks: readonly PoolTask[]): void {
    this.#tasks.splice(0, this.#head, ...tasks);
    this.#head = 0;
  }

  /** Takes all there are. */
  clear(): PoolTask[] {
    const left = this.#tasks.slice(this.#head).filter((task) => !task.settled);
    this.#tasks = [];
    this.#head = 0;
    return left;
  }
}
