/**
 * What a pool's scheduler hands about: functions, encoded tasks, and who waits for them.
 *
 * @module
 * @internal
 */

import type { DeliveryHooks } from "../codec/extension.ts";
import type { FunctionReference } from "../code/function_reference.ts";
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

const empty = new Uint8Array(0);

/** Tasks that were encoded together; all but the last are bytes alone. */
export class TaskBlock {
  bytes: Uint8Array = empty;
  /** What the last task carries beside its bytes. */
  attachments: readonly unknown[] = [];
  transfer: readonly object[] = [];
  /** What is to be done if nobody reads that. */
  hooks: readonly DeliveryHooks[] = [];
  /** What its tasks refer to: it is there as long as one of them may be sent, or read. */
  kept: readonly object[] = [];
}

/** What waits for a task's outcome: a function, and what it is called for. */
export interface OutcomeListener {
  readonly call: (target: never, outcome: Outcome) => void;
  readonly target: unknown;
}

/** How long tasks that were sent together may wait for their turn. */
export interface Lease {
  /**
   * The time of our clock after which they do not begin; `Infinity` for what an idle worker got.
   */
  readonly end: number;
}

/** The lease of what begins at once. */
export const noLease: Lease = { end: Infinity };

/** One call, or one chunk of calls, on its way. There may be a million: it is kept small. */
export class PoolTask {
  readonly id: number;
  readonly fn: PoolFunction;
  readonly block: TaskBlock;
  /** Where its bytes are in the block. */
  readonly start: number;
  readonly end: number;
  /** It is sent to an idle worker, and nothing behind it: it may be aborted, or carries things. */
  readonly exclusive: boolean;
  /** It is settled, and passed over where it still stands in a queue. */
  settled = false;
  /**
   * Its place in the order in which the worker that holds it was sent tasks, and begins them; 0 if
   * none does.
   */
  slot = 0;
  lease: Lease = noLease;
  /** Microseconds that it adds to the load of the worker that holds it. */
  cost = 0;
  /** What the scheduler does when it begins, and when it is settled, where it has limits. */
  limits: { readonly began: (() => void) | undefined; readonly end: () => void } | undefined;
  readonly #call: OutcomeListener["call"];
  readonly #target: unknown;

  constructor(
    id: number,
    fn: PoolFunction,
    block: TaskBlock,
    start: number,
    end: number,
    alone: boolean,
    { call, target }: OutcomeListener,
  ) {
    this.id = id;
    this.fn = fn;
    this.block = block;
    this.start = start;
    this.end = end;
    this.exclusive = alone;
    this.#call = call;
    this.#target = target;
  }

  /** Whether it was sent to a worker, and was not given back. */
  get isSent(): boolean {
    return this.slot > 0;
  }

  /** It carries what can be moved once only: it cannot be sent to a second worker. */
  get hasMoved(): boolean {
    return this.#carriesMore && this.block.transfer.length > 0;
  }

  /** Whether it is the task of its block that may carry more than bytes. */
  get #carriesMore(): boolean {
    return this.exclusive && this.end === this.block.bytes.length;
  }

  /** It is taken: what it carries is on its way from here on. */
  noteSent(): void {
    if (this.#carriesMore) { for (const hook of this.block.hooks) hook.sent?.(); }
  }

  /** Nobody will read its arguments any more, if nobody has. */
  noteDropped(): void {
    if (this.#carriesMore) { for (const hook of this.block.hooks) hook.dropped(); }
  }

  /** Tells how it ended; a second end is nothing new. */
  settle(outcome: Outcome): void {
    if (this.settled) return;
    this.settled = true;
    this.limits?.end();
    this.noteDropped();
    this.#call(this.#target as never, outcome);
  }
}

/** A queue of tasks: first in, first out, and back in at the front what was given back. */
export class TaskQueue {
  /**
   * Those that were passed are `undefined`: a task holds its result, and that may hold the pool.
   */
  #tasks: (PoolTask | undefined)[] = [];
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

  /** Drops the first. Its place goes now and then, with others. */
  shift(): void {
    this.#tasks[this.#head++] = undefined;
    if (this.#head < 1024 || this.#head * 2 < this.#tasks.length) return;
    this.#tasks.splice(0, this.#head);
    this.#head = 0;
  }

  unshift(tasks: readonly PoolTask[]): void {
    this.#tasks = [...tasks, ...this.#tasks.slice(this.#head)];
    this.#head = 0;
  }

  /** Takes all there are. */
  clear(): PoolTask[] {
    const left = this.waiting();
    this.#tasks = [];
    this.#head = 0;
    return left;
  }

  /** All there are, which stay. */
  waiting(): PoolTask[] {
    return this.#tasks.slice(this.#head).filter((task): task is PoolTask =>
      task?.settled === false
    );
  }
}
