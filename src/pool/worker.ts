/**
 * A pool's worker, as the pool sees it: what it was sent, what of it is done, and what becomes of
 * the rest when it dies.
 *
 * @module
 * @internal
 */

import { Encoder } from "../codec/encoder.ts";
import { Decoder } from "../codec/decoder.ts";
import { type ReadResult, tryReadLoading } from "../codec/read_loading.ts";
import { TimeoutError, WorkerLostError } from "../errors.ts";
import { longestTimer } from "../wait/latch.ts";
import { frameKind } from "../process/messages.ts";
import { adopt } from "../process/process.ts";
import type { StartRequest } from "../process/start_request.ts";
import { StartedChild, unknownFrame } from "../process/started_child.ts";
import { newScratch } from "../runtime/current.ts";
import type { Signal } from "../runtime/runtime.ts";
import { inBackground } from "../runtime/timers.ts";
import { noteArrival } from "./caller_stack.ts";
import { type JournalEntries, JournalReader, journalSize } from "./journal.ts";
import { type Lease, noLease, type PoolFunction, type PoolTask } from "./task.ts";
import type { WorkerSetUp } from "./task_encoder.ts";
import { type Outcome, type OutcomeHead, readOutcomeHead, status } from "./wire.ts";
import { workerRole } from "./worker_loop.ts";

/** Milliseconds from which a task is a long one: it is not sent ahead, and nothing behind it. */
export const longTask = 1;
/** The load of a task that nothing may stand behind. */
const loneCost = 1e9;
/** Milliseconds after which tasks that were sent ahead and have not begun are taken back. */
const leaseTime = 20;

/**
 * Milliseconds between the end of a time and its consequence: what a parent that kept its own
 * thread has not read yet is read by then.
 */
const readingTime = 10;

/** What limits a worker. */
export interface WorkerLimits {
  /** How many tasks it may be given. */
  readonly maxTasks: number;
  /** How long its initializer may take, in milliseconds. */
  readonly initTimeout: number | undefined;
}

/** The exit codes of what SIGHUP, SIGINT or SIGTERM ended. */
const stopCodes: ReadonlySet<number> = new Set([-1, -2, -15]);

/** What a worker's pool hears of it. */
export interface WorkerEvents {
  /** It can take tasks. */
  ready(): void;
  /** It has settled tasks, by their outcomes or by its death. */
  settled(): void;
  /** It has room for more. */
  progress(): void;
  /** Tasks that it was sent and will not run, first in first. */
  givenBack(tasks: readonly PoolTask[]): void;
  /** Its initializer threw, or took too long. */
  notInitialized(error: unknown): void;
  /** It is dead, and nobody had asked it to end; what it held is not settled yet. */
  lost(error: WorkerLostError): void;
  /**
   * It has ended. What it was running is rejected, the rest of what it held given back. `isLost`
   * tells whether it died: nobody had asked it to end, and its pool had not killed it.
   */
  ended(isLost: boolean): void;
}

/** A worker and what it holds. */
export class PoolWorker {
  readonly child: StartedChild;
  /** How many more tasks it may be given. */
  quota: number;
  /** Whether it ever became able to take tasks. */
  wasReady = false;
  /** Microseconds of work that it holds, by estimate. */
  load = 0;
  readonly #journal: JournalReader | undefined;
  readonly #events: WorkerEvents;
  readonly #held = new Map<number, PoolTask>();
  readonly #knownFunctions = new Set<number>();
  readonly #encoder = new Encoder();
  readonly #hasInitializer: boolean;
  /** How many tasks it was sent. */
  #slots = 0;
  /** The slot of the last task that it is known to have begun. */
  #begun = 0;
  #finishing = false;
  /** Its pool has ended it: not to be known from an exit code, as others send the same signals. */
  #isKilled = false;
  /** At least how much our clock is ahead of the worker's. */
  #clockAhead = Infinity;
  /** It did not keep to a lease: it gets nothing more until it speaks again. */
  #overdue = false;
  /** A value is being read whose module is still loading; what came after it waits. */
  #reading: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelInitTimer: (() => void) | undefined;

  constructor(
    request: Omit<StartRequest, "role" | "entry" | "scratch">,
    setUp: WorkerSetUp,
    { maxTasks, initTimeout }: WorkerLimits,
    events: WorkerEvents,
  ) {
    this.quota = maxTasks;
    this.#hasInitializer = setUp.hasInitializer;
    this.#events = events;
    const scratch = newScratch(request.method, request.permissions, journalSize);
    this.#journal = scratch && new JournalReader(scratch);
    try {
      this.child = new StartedChild(
        { ...request, ...workerRole, scratch, outlivesStopSignals: true },
        {
          ready: (clock) => {
            this.#noteClock(clock);
            if (!this.#hasInitializer) this.#becomeReady();
            else if (initTimeout !== undefined) this.#limitInitializer(initTimeout);
          },
          frame: (kind, body) => this.#inOrder(() => this.#receive(kind, body)),
          ended: () => void this.#inOrder(() => this.#end()),
        },
      );
    } catch (error) {
      this.#journal?.close();
      throw error;
    }
    adopt(this.child);
    this.child.post(setUp);
  }

  get isIdle(): boolean {
    return this.#isReady && this.#held.size === 0 && this.quota > 0;
  }

  /** Whether it may be given more, on top of less than `limit` milliseconds of work. */
  takesAhead(limit: number): boolean {
    return this.#isReady && !this.#overdue && this.hasJournal && this.load < 1000 * limit &&
      this.quota > 0;
  }

  get #isReady(): boolean {
    return this.wasReady && this.child.isAlive;
  }

  /** Whether its death would tell what it was running: only then may it hold tasks ahead. */
  get hasJournal(): boolean {
    return this.#journal !== undefined;
  }

  /** The tasks that it holds, in the order in which it runs them. */
  tasks(): PoolTask[] {
    return [...this.#held.values()];
  }

  /** Lets it end, once it has done what it holds. */
  finish(): void {
    if (this.#finishing) return;
    this.#finishing = true;
    this.#encoder.writeUint(frameKind.finish);
    this.child.post(this.#encoder.take());
  }

  /** Ends it. */
  kill(signal: Signal): void {
    this.#isKilled = true;
    this.child.kill(signal);
  }

  /** How many tasks it holds. */
  get held(): number {
    return this.#held.size;
  }

  /** Whether this task was sent to it and is not done. */
  holds(task: PoolTask): boolean {
    return this.#held.has(task.id);
  }

  /** Sends it tasks; the last alone may have attachments. */
  send(tasks: readonly PoolTask[]): void {
    const wasIdle = this.#held.size === 0;
    const firstSlot = this.#slots + 1;
    const now = performance.now();
    const lease = now + leaseTime;
    const shared: Lease = { end: lease };
    for (const task of tasks) {
      task.slot = ++this.#slots;
      task.lease = this.#held.size === 0 ? noLease : shared;
      task.cost = task.exclusive ? loneCost : Math.ceil(1000 * task.fn.estimate);
      this.load += task.cost;
      this.#held.set(task.id, task);
    }
    this.quota -= tasks.length;
    if (tasks.length > (wasIdle ? 1 : 0)) this.#watchLeases();
    this.#writeHead(tasks, firstSlot, lease - this.#clockAhead, wasIdle);
    writeTasks(this.#encoder, tasks);
    const { block, end } = tasks.at(-1)!;
    const carried = end === block.bytes.length ? block : undefined;
    this.child.post({
      bytes: this.#encoder.take().bytes,
      attachments: carried?.attachments,
      transfer: carried?.transfer,
    });
  }

  #writeHead(
    tasks: readonly PoolTask[],
    firstSlot: number,
    lease: number,
    firstIsTheirs: boolean,
  ): void {
    const encoder = this.#encoder;
    encoder.writeUint(frameKind.tasks);
    encoder.writeUint(firstSlot);
    encoder.writeFloat(lease);
    encoder.writeUint(firstIsTheirs ? 1 : 0);
    const unknown = this.#introduce(tasks);
    encoder.writeUint(unknown.length);
    for (const { id, reference } of unknown) {
      encoder.writeUint(id);
      encoder.write(reference, "value");
    }
    encoder.writeUint(tasks.length);
    for (const task of tasks) encoder.writeUint(task.id);
  }

  /** The functions of these tasks that it has not heard of; from here on it has. */
  #introduce(tasks: readonly PoolTask[]): readonly PoolFunction[] {
    let unknown: PoolFunction[] | undefined;
    for (const { fn } of tasks) {
      if (this.#knownFunctions.has(fn.id)) continue;
      this.#knownFunctions.add(fn.id);
      (unknown ??= []).push(fn);
    }
    return unknown ?? [];
  }

  /** What came while a value's module was loading has its turn after it. */
  #inOrder(step: () => void | Promise<void>): void | Promise<void> {
    const before = this.#reading;
    const result = before === undefined ? step() : before.then(step);
    if (result === undefined) return;
    // The step tells its own failure; what comes after it has its turn all the same.
    const reading = result.catch(() => {}).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return result;
  }

  /**
   * The pool ends a worker whose initializer takes too long, as it does one whose initializer
   * throws.
   */
  #limitInitializer(milliseconds: number): void {
    if (milliseconds > longestTimer) return;
    const { name, pid } = this.child;
    const end = () =>
      this.#events.notInitialized(
        new TimeoutError(
          `The initializer of ${name} (pid ${pid}) has not ended after ${milliseconds} ms`,
        ),
      );
    this.#cancelInitTimer = inBackground(milliseconds, () => {
      this.#cancelInitTimer = inBackground(readingTime, end);
    });
  }

  #becomeReady(): void {
    this.#cancelInitTimer?.();
    this.wasReady = true;
    this.#events.ready();
  }

  /** A message takes time, so this is never less than the truth, and a lease never too long. */
  #noteClock(clock: number): void {
    this.#clockAhead = Math.min(this.#clockAhead, performance.now() - clock);
  }

  #receive(kind: number, body: Decoder): void | Promise<void> {
    if (kind === frameKind.outcomes) {
      this.#noteClock(body.readFloat());
      return this.#receiveOutcomes(body);
    }
    if (kind === frameKind.initialized) this.#becomeReady();
    else if (kind === frameKind.returned) this.#receiveReturned(body);
    else if (kind === frameKind.began) this.#held.get(body.readUint())?.limits?.began?.();
    else if (kind === frameKind.notInitialized) return this.#receiveFailure(body);
    else throw unknownFrame(kind);
  }

  /** A promise only where the class of a value must be loaded before it can be read. */
  #receiveOutcomes(body: Decoder): void | Promise<void> {
    while (!body.done) {
      const head = readOutcomeHead(body);
      const value = tryReadLoading(body);
      if (value instanceof Promise) {
        return value.then((outcome) => {
          this.#settle(head, outcome);
          body.position = head.end;
          return this.#receiveOutcomes(body);
        });
      }
      this.#settle(head, value);
      body.position = head.end;
    }
    this.#overdue = false;
    this.#events.settled();
    this.#events.progress();
  }

  #settle({ id, status, milliseconds }: OutcomeHead, read: ReadResult): void {
    const task = this.#held.get(id);
    if (task === undefined) return;
    this.#release(task);
    task.fn.learn(milliseconds);
    const outcome = "value" in read ? { status, value: read.value } : rejection(read.error);
    if (outcome.status !== fulfilled) noteArrival(outcome.value);
    task.settle(outcome);
  }

  #release({ id, cost }: PoolTask): void {
    this.#held.delete(id);
    this.load = this.#held.size === 0 ? 0 : this.load - cost;
  }

  async #receiveFailure(body: Decoder): Promise<void> {
    this.#cancelInitTimer?.();
    readOutcomeHead(body);
    const read = await tryReadLoading(body);
    this.#events.notInitialized("value" in read ? read.value : read.error);
  }

  #receiveReturned(body: Decoder): void {
    const returned: PoolTask[] = [];
    while (!body.done) {
      const slot = body.readUint();
      const task = this.#held.get(body.readUint());
      // It may have been taken back, and sent to this very worker again.
      if (task?.slot === slot) returned.push(task);
    }
    this.#overdue = false;
    this.#giveBack(returned);
    this.#events.progress();
  }

  #giveBack(tasks: readonly PoolTask[]): void {
    if (tasks.length === 0) return;
    for (const task of tasks) {
      this.#release(task);
      task.slot = 0;
    }
    this.quota += tasks.length;
    this.#events.givenBack(tasks);
  }

  /** Looks after what was sent ahead, in a while and as long as there is any. */
  #watchLeases(milliseconds = leaseTime + 1): void {
    this.#cancelTimer ??= inBackground(milliseconds, () => {
      this.#cancelTimer = undefined;
      this.#takeBack();
      if (this.#held.size > 1) this.#watchLeases(this.#overdue ? 2 : leaseTime);
    });
  }

  /**
   * Takes from a busy worker what it has finished, and what it has not begun in time and by its
   * lease will not begin. It may be busy for ever.
   */
  #takeBack(): void {
    const now = performance.now();
    for (const bytes of this.#journal!.readSettled().outcomes) this.#settleFrom(bytes);
    const expired = this.#notBegun(this.#journal!.read()).filter(({ lease }) => lease.end < now);
    if (expired.length > 0) this.#overdue = true;
    this.#giveBack(expired);
  }

  /** Settles a task by a record of the journal; one that needs a module waits for the message. */
  #settleFrom(record: Uint8Array): void {
    const body = new Decoder(record, [], this.child.origin);
    const head = readOutcomeHead(body);
    const read = this.#held.has(head.id) ? tryReadLoading(body) : undefined;
    if (read !== undefined && !(read instanceof Promise)) this.#settle(head, read);
  }

  /** What it holds behind the last task that it began: it begins them in the order it got them. */
  #notBegun({ begun }: Pick<JournalEntries, "begun">): PoolTask[] {
    // A journal begins anew from time to time, and what began last may be taken back or done.
    this.#begun = Math.max(this.#begun, begun);
    return this.tasks().filter(({ slot }) => slot > this.#begun);
  }

  /** Settles what the dead worker's journal can settle, and hands back what it never began. */
  async #end(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelInitTimer?.();
    const journal = this.#journal?.readLast();
    this.#journal?.close();
    const held = this.#held.size;
    for (const bytes of journal?.outcomes ?? []) {
      const body = new Decoder(bytes, [], this.child.origin);
      const head = readOutcomeHead(body);
      if (this.#held.has(head.id)) this.#settle(head, await tryReadLoading(body));
    }
    const isUnasked = this.#held.size > 0 || !this.#wasToEnd;
    if (isUnasked && !this.#wasStoppedEarly) this.#events.lost(this.#lost());
    // Without a journal it is given one task at a time, and has begun that.
    const begun = journal ?? { begun: this.#slots };
    const waiting = new Set(this.#notBegun(begun).filter((task) => !task.hasMoved));
    for (const task of this.tasks().filter((task) => !waiting.has(task))) {
      this.#release(task);
      const error = this.#lost(" while it ran this task");
      noteArrival(error);
      task.settle(rejection(error));
    }
    if (this.#held.size < held) this.#events.settled();
    this.#giveBack([...waiting]);
    this.#events.ended(isUnasked && !this.#isKilled);
  }

  /** Whether it ends by itself once it holds nothing. */
  get #wasToEnd(): boolean {
    return this.#finishing || this.quota === 0;
  }

  /**
   * Whether a signal to the whole program ended it before it could ignore such signals: another
   * takes its place.
   */
  get #wasStoppedEarly(): boolean {
    return !this.wasReady && !this.#isKilled && stopCodes.has(this.child.exitCode!);
  }

  #lost(when = ""): WorkerLostError {
    const { name, pid, crash } = this.child;
    const exitCode = this.child.exitCode!;
    const cause = crash && { cause: crash.error };
    return new WorkerLostError(
      `${name} (pid ${pid}) ended with exit code ${exitCode}${when}`,
      { exitCode, pid, ...cause },
    );
  }
}

const { fulfilled } = status;

const rejection = (error: unknown): Outcome => ({ status: status.rejected, value: error });

/** Writes the bytes of tasks, at one stroke those that stand one behind the other. */
function writeTasks(encoder: Encoder, tasks: readonly PoolTask[]): void {
  for (let i = 0; i < tasks.length;) {
    const { block, start } = tasks[i]!;
    let end = start;
    for (; i < tasks.length && tasks[i]!.block === block && tasks[i]!.start === end; i++) {
      end = tasks[i]!.end;
    }
    encoder.writeBytes(block.bytes.subarray(start, end));
  }
}
