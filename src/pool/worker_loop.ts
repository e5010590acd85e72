/**
 * The worker's side of a pool: it runs the tasks that come, one at a time and in order, and sends
 * their outcomes back, many in one message where they are small.
 *
 * @module
 * @internal
 */

import { checkIterable } from "../arguments.ts";
import type { Decoder } from "../codec/decoder.ts";
import type { Encoder } from "../codec/encoder.ts";
import {
  explainClosure,
  type FoundFunction,
  type FunctionReference,
  resolveReference,
} from "../code/function_reference.ts";
import { readLoading } from "../codec/read_loading.ts";
import type { Root } from "../codec/path.ts";
import type { Callable } from "../code/task.ts";
import { type ChildContext, takeRole } from "../process/child_role.ts";
import { encoderFor, frameKind, type SetUp } from "../process/messages.ts";
import { untilChildrenEnd } from "../process/children.ts";
import { endSoon, inNextTurn, nextTurn } from "../runtime/timers.ts";
import { openScratch } from "../runtime/scratch.ts";
import { JournalWriter } from "./journal.ts";
import { elementsOf } from "./naming.ts";
import { flag, type Outcome, status, writeOutcome } from "./wire.ts";

/** The role of a pool's worker, and the module whose evaluation begins it. */
export const workerRole: { readonly role: string; readonly entry: string } = {
  role: "pool",
  entry: import.meta.url,
};

/** How long outcomes may wait for each other, in milliseconds. */
const flushInterval = 1;
/** How long small tasks may keep the event loop from its turn, in milliseconds. */
const turnInterval = 8;
/** How many bytes of outcomes may wait. */
const flushSize = 32 * 1024;

/** The tasks of one frame that have not begun. */
interface Batch {
  readonly body: Decoder;
  /** The slot of the next task: see `journal.ts`. */
  slot: number;
  /** After this time of our clock none of the batch may begin, but for its very first task. */
  readonly lease: number;
  /** Whether the first task was sent to an idle worker, and so is not leased. */
  firstIsOurs: boolean;
  /** Ids of the tasks that have not begun: the next one first. */
  readonly ids: number[];
}

/** A function that a task names: found when it is first called. */
interface TaskFunction {
  readonly reference: FunctionReference;
  found?: FoundFunction;
}

class WorkerLoop {
  readonly #child: ChildContext;
  readonly #out: Encoder;
  readonly #journal: JournalWriter | undefined;
  readonly #targets = new Map<number, TaskFunction>();
  readonly #batches: Batch[] = [];
  #busy = false;
  /** Set once there will be no more tasks. */
  #finishing = false;
  #tasksLeft = Infinity;
  /** When outcomes were posted last, when the event loop had its turn, when a task ended. */
  #flushed = 0;
  #turned = 0;
  #lapsed = 0;
  /** What it must wait for before its first task. */
  #ready: Promise<void> | undefined;

  constructor(child: ChildContext) {
    this.#child = child;
    this.#out = encoderFor(child.note.method, "parent");
    const { scratch } = child.link;
    this.#journal = scratch === undefined ? undefined : new JournalWriter(openScratch(scratch));
  }

  receive(kind: number, body: Decoder): void {
    if (kind === frameKind.setUp) this.#begin(body);
    else if (kind === frameKind.tasks) this.#enqueue(body);
    else if (kind === frameKind.finish) this.#finishing = true;
    if (!this.#busy) void this.#run();
  }

  #begin(body: Decoder): void {
    this.#ready = this.#setUp(body).finally(() => this.#ready = undefined);
  }

  async #setUp(body: Decoder): Promise<void> {
    const { initializer, maxTasks } = await readLoading(body) as SetUp;
    if (maxTasks !== undefined) this.#tasksLeft = maxTasks;
    if (initializer === undefined) return;
    let found: FoundFunction | undefined;
    try {
      found = await resolveReference(initializer);
      await found.fn(...await readLoading(body) as never[]);
      this.#out.writeUint(frameKind.initialized);
      this.#child.link.post(this.#out.take());
    } catch (error) {
      this.#out.writeUint(frameKind.notInitialized);
      const reason = found ? explainClosure(error, found) : error;
      writeOutcome(this.#out, 0, { status: status.rejected, value: reason }, 0);
      this.#child.link.post(this.#out.take());
      await this.#end();
    }
  }

  #enqueue(body: Decoder): void {
    const slot = body.readUint();
    const lease = body.readFloat();
    const firstIsOurs = body.readUint() === 1;
    for (let count = body.readUint(); count > 0; count--) {
      const id = body.readUint();
      this.#targets.set(id, { reference: body.read() as FunctionReference });
    }
    const ids: number[] = [];
    for (let count = body.readUint(); count > 0; count--) ids.push(body.readUint());
    this.#batches.push({ body, slot, lease, firstIsOurs, ids: ids.reverse() });
  }

  /** Runs what there is to run. Invariant: the journal names the task that runs as begun. */
  async #run(): Promise<void> {
    this.#busy = true;
    if (this.#ready !== undefined) await this.#ready;
    while (this.#batches.length > 0 && this.#tasksLeft > 0) await this.#runBatches();
    this.#busy = false;
    if (this.#finishing || this.#tasksLeft <= 0) await this.#end();
  }

  async #runBatches(): Promise<void> {
    // What an earlier task posted must outlive this one's death.
    if (!this.#child.link.isDrained) await this.#child.link.drained();
    this.#restart();
    for (;;) {
      const batch = this.#batches[0]!;
      if (!this.#mayBegin(batch)) return this.#giveBack();
      const id = batch.ids.pop()!;
      batch.slot++;
      const end = batch.body.readSized();
      const running = this.#perform(id, batch.body);
      const outcome = running instanceof Promise ? await this.#waitFor(running) : running;
      batch.body.position = end;
      if (batch.ids.length === 0) this.#batches.shift();
      this.#tasksLeft--;
      const begin = this.#beginOutcomes();
      writeOutcome(this.#out, id, outcome, this.#lap());
      if (this.#tasksLeft <= 0) return this.#flushLast(begin);
      if (this.#batches.length === 0) return this.#flush();
      const isSafe = this.#note(begin);
      if (!isSafe || this.#flushIsDue) this.#flush();
      if (!isSafe || this.#lapsed - this.#turned > turnInterval) await this.#turn();
    }
  }

  /** Waits for a task; if that takes a while, the outcomes before its own go ahead. */
  async #waitFor(running: Promise<Outcome>): Promise<Outcome> {
    const cancel = inNextTurn(() => this.#flush());
    const outcome = await running;
    cancel();
    return outcome;
  }

  /** Messages, timers and the work that tasks left in the background have their turn. */
  async #turn(): Promise<void> {
    this.#flush();
    await this.#child.link.drained();
    await nextTurn();
    this.#restart();
  }

  /** Begins a stretch of work: all that was posted is safe, so the journal can begin anew. */
  #restart(): void {
    this.#flushed = this.#turned = this.#lapsed = performance.now();
    this.#journal?.restart(this.#nextSlot());
  }

  /** Milliseconds since the last outcome: what a task takes with all that goes with it. */
  #lap(): number {
    const now = performance.now();
    const time = now - this.#lapsed;
    this.#lapsed = now;
    return time;
  }

  /** The slot of the task that comes next; 0 if there is none. */
  #nextSlot(): number {
    return this.#tasksLeft > 0 ? this.#batches[0]!.slot : 0;
  }

  /** To be asked after the journal names the task as begun, and before it is run. */
  #mayBegin(batch: Batch): boolean {
    if (this.#journal?.isRevoked) return false;
    if (batch.firstIsOurs) {
      batch.firstIsOurs = false;
      return true;
    }
    return performance.now() < batch.lease;
  }

  /** Where the next outcome will begin among those that wait. */
  #beginOutcomes(): number {
    if (this.#out.size === 0) {
      this.#out.writeUint(frameKind.outcomes);
      this.#out.writeFloat(performance.now());
    }
    return this.#out.size;
  }

  /** Makes an outcome survive this worker before it is sent; `false` where that cannot be. */
  #note(begin: number): boolean {
    if (this.#journal === undefined || this.#out.hasAttachments) return false;
    return this.#journal.append(this.#nextSlot(), this.#out.view(begin));
  }

  /**
   * On Deno the last message of a process that ends by itself is lost now and then: it is noted as
   * well.
   */
  #flushLast(begin: number): void {
    this.#note(begin);
    this.#flush();
  }

  get #flushIsDue(): boolean {
    return this.#out.size > flushSize || this.#lapsed - this.#flushed > flushInterval;
  }

  #flush(): void {
    if (this.#out.size === 0) return;
    this.#flushed = this.#lapsed;
    this.#child.link.post(this.#out.take());
  }

  /** Gives back all that has not begun: its lease has passed, its owner may have given it away. */
  #giveBack(): void {
    this.#flush();
    this.#out.writeUint(frameKind.returned);
    for (let { slot, ids } of this.#batches.splice(0)) {
      for (const id of ids.reverse()) {
        this.#out.writeUint(slot++);
        this.#out.writeUint(id);
      }
    }
    this.#child.link.post(this.#out.take());
  }

  /** Runs one task. A promise only where the function, or its arguments' classes, need one. */
  #perform(id: number, body: Decoder): Outcome | Promise<Outcome> {
    const flags = body.readUint();
    const target = this.#targets.get(body.readUint())!;
    if (target.found === undefined) return this.#performFirst(id, body, flags, target);
    return this.#call(id, body, flags, target.found);
  }

  async #performFirst(
    id: number,
    body: Decoder,
    flags: number,
    target: TaskFunction,
  ): Promise<Outcome> {
    try {
      target.found = await resolveReference(target.reference);
    } catch (error) {
      return rejected(error, undefined);
    }
    return await this.#call(id, body, flags, target.found);
  }

  #call(
    id: number,
    body: Decoder,
    flags: number,
    found: FoundFunction,
  ): Outcome | Promise<Outcome> {
    try {
      if (flags & flag.announced) this.#announce(id);
      const root = flags & flag.chunk ? elementsOf("result", body.readUint()) : undefined;
      const args = readLoading(body);
      const value = args instanceof Promise
        ? args.then((args) => callWith(found.fn, args, flags))
        : callWith(found.fn, args as unknown[], flags);
      return isThenable(value)
        ? settle(value, found, root)
        : { status: status.fulfilled, value, root };
    } catch (error) {
      return rejected(error, found);
    }
  }

  #announce(id: number): void {
    const encoder = encoderFor(this.#child.note.method);
    encoder.writeUint(frameKind.began);
    encoder.writeUint(id);
    this.#child.link.post(encoder.take());
  }

  /** Ends the worker, a little later if tasks left something in the background. */
  async #end(): Promise<void> {
    await untilChildrenEnd();
    await this.#child.link.drained();
    this.#child.link.unref();
    endSoon();
  }
}

const rejected = (error: unknown, found: FoundFunction | undefined): Outcome => ({
  status: status.rejected,
  value: found ? explainClosure(error, found) : error,
});

async function settle(
  value: PromiseLike<unknown>,
  found: FoundFunction,
  root: Root | undefined,
): Promise<Outcome> {
  try {
    return { status: status.fulfilled, value: await value, root };
  } catch (error) {
    return rejected(error, found);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function callWith(fn: Callable, args: readonly unknown[], flags: number): unknown {
  const call = fn as (...args: readonly unknown[]) => unknown;
  if (!(flags & flag.chunk)) return call(...args);
  if (!(flags & flag.kwargs)) {
    return callEach(flags & flag.star ? (item) => call(...argumentsOf(item)) : call, args);
  }
  const [items, kwargs] = args as [unknown[], unknown];
  const each = (item: unknown) =>
    flags & flag.star ? call(...argumentsOf(item), kwargs) : call(item, kwargs);
  return callEach(each, items);
}

/** The arguments that an item of a starmap is. */
function argumentsOf(item: unknown): Iterable<unknown> {
  checkIterable("starmap", "an item", item);
  return item as Iterable<unknown>;
}

/** The results of one call after another. A promise from the first call on that gives one. */
function callEach(call: (item: unknown) => unknown, items: readonly unknown[]): unknown {
  const results: unknown[] = [];
  for (const item of items) {
    const result = call(item);
    if (isThenable(result)) return callRest(call, items, results, result);
    results.push(result);
  }
  return results;
}

async function callRest(
  call: (item: unknown) => unknown,
  items: readonly unknown[],
  results: unknown[],
  pending: PromiseLike<unknown>,
): Promise<unknown[]> {
  results.push(await pending);
  for (let i = results.length; i < items.length; i++) results.push(await call(items[i]));
  return results;
}

takeRole(workerRole.role, (child) => {
  const loop = new WorkerLoop(child);
  return (kind, body) => loop.receive(kind, body);
});
