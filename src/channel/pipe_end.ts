/**
 * The ends of a pipe in shared memory: a record queue leads to each of the two sides, and a word
 * tells that nobody holds a side any more.
 *
 * @module
 * @internal
 */

import type { Origin } from "../code/origin.ts";
import { EOFError } from "../errors.ts";
import { hold, letGo } from "../handles/holding.ts";
import { holdsOf } from "../handles/holds.ts";
import { type Ending, HoldTarget, registerEnding } from "../handles/target.ts";
import { allocate, type Block, free } from "../memory/allocator.ts";
import type { WaitPolicy } from "../memory/futex.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import type { WaitOptions } from "../wait/latch.ts";
import type { ConnectionEnd, SyncWaitOptions } from "./end.ts";
import { type Check, Messages, type ReadMessage, type TakenMessage } from "./messages.ts";
import { RecordQueue } from "./record_queue.ts";
import { freeSegments, limitRecordQueue, recordQueueWords } from "./record_queue_layout.ts";

/** How many bytes may be under way in one direction; a larger message goes alone. */
const capacity = 2 * 1024 * 1024;

/** Which end of a pipe. */
export type Side = 0 | 1;

// Where the parts are, in words: the record queue that leads to a side, and whether nobody holds
// the side any more.
const recordsTo = (side: Side): number => side * recordQueueWords;
const closedAt = (side: Side): number => 2 * recordQueueWords + side;
const flagsAt = 2 * recordQueueWords + 2;
const pipeSize = (flagsAt + 1) * 4;
/** The flag of a pipe that leads from side 1 to side 0 alone. */
const ONE_WAY = 1;
/** Those of one whose side 1 gets what another program says, by whether that has proven a key. */
const FROM_STRANGER = 2;
const FROM_PROVEN = 4;

/** Makes the memory of a pipe. `origin` tells whose messages come out at side 1. */
export function allocatePipe(method: StartMethod, duplex: boolean, origin: Origin): Block {
  const block = allocate(method, pipeSize);
  const from = origin === "program" ? 0 : origin === "proven" ? FROM_PROVEN : FROM_STRANGER;
  block.arena.words[block.word + flagsAt] = from | (duplex ? 0 : ONE_WAY);
  limitRecordQueue(block, { bytes: capacity }, recordsTo(0));
  limitRecordQueue(block, { bytes: capacity }, recordsTo(1));
  return block;
}

/** Who says what comes out at a side. */
function originAt({ arena, word }: Block, side: Side): Origin {
  const flags = arena.words[word + flagsAt]!;
  if (side === 1 && (flags & FROM_STRANGER) !== 0) return "stranger";
  return side === 1 && (flags & FROM_PROVEN) !== 0 ? "proven" : "program";
}

const other = (side: Side): Side => side === 0 ? 1 : 0;

/** How an end of a pipe ends: nobody can send to it any more, or waits for it. */
const endSide: Ending = 2;
registerEnding(endSide, (block, part) => close(block, part as Side));

/** How often to look whether those who hold the other end have died, in milliseconds. */
const lookEvery = 20;

/** One end of a pipe, as one holder has it. */
export class PipeEnd implements ConnectionEnd {
  readonly block: Block;
  readonly side: Side;
  readonly channel: StartMethod;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly #incoming: Messages;
  readonly #outgoing: Messages;
  readonly origin: Origin;
  readonly target: HoldTarget;
  readonly #peers: HoldTarget;
  #lookedAt = -Infinity;
  #closed = false;

  constructor(block: Block, side: Side) {
    this.block = block;
    this.side = side;
    this.channel = block.arena.method;
    const isOneWay = (block.arena.words[block.word + flagsAt]! & ONE_WAY) !== 0;
    this.canRead = !isOneWay || side === 0;
    this.canWrite = !isOneWay || side === 1;
    this.origin = originAt(block, side);
    this.#incoming = new Messages(
      new RecordQueue(block, "a connection", recordsTo(side)),
      "message",
      this.origin,
    );
    this.#outgoing = new Messages(
      new RecordQueue(block, "a connection", recordsTo(other(side))),
      "message",
    );
    this.target = new HoldTarget(block, endSide, side);
    this.#peers = new HoldTarget(block, endSide, other(side));
    hold(this, this.target);
  }

  /** What has the messages until they are read. */
  get carrier(): RecordQueue {
    return this.#outgoing.records;
  }

  get unread(): number {
    return this.#outgoing.records.size;
  }

  async put(bytes: Uint8Array, options: WaitOptions = {}): Promise<boolean> {
    this.#checkOut();
    return this.#outgoing.tryPut(bytes) ||
      await this.#outgoing.put(bytes, options, this.#checkOut);
  }

  putSync(bytes: Uint8Array, { timeout }: SyncWaitOptions = {}): boolean {
    this.#checkOut();
    return this.#outgoing.tryPut(bytes) ||
      this.#outgoing.putSync(bytes, timeout, this.#checkOut);
  }

  async take<T>(
    read: ReadMessage<T>,
    options: WaitOptions,
    policy?: WaitPolicy,
  ): Promise<TakenMessage<T> | undefined> {
    const taken = this.#incoming.trySoon(read) ??
      await this.#incoming.take(read, options, this.#checkIn, policy);
    if (taken === undefined) this.#checkEnd();
    return taken;
  }

  takeSync<T>(read: ReadMessage<T>, { timeout }: SyncWaitOptions): TakenMessage<T> | undefined {
    const taken = this.#incoming.takeSync(read, timeout, this.#checkIn);
    if (taken === undefined) this.#checkEnd();
    return taken;
  }

  async poll(options: WaitOptions): Promise<boolean> {
    return await this.#incoming.records.filled.wait(this.#isReady, options);
  }

  pollSync({ timeout }: SyncWaitOptions): boolean {
    return this.#incoming.records.filled.waitSync(this.#isReady, timeout);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    letGo(this, this.target);
  }

  /**
   * Whether nobody holds the other end: said by the last who did, or seen by a look whether any
   * lives.
   */
  get #arePeersGone(): boolean {
    if (isClosed(this.block, other(this.side))) return true;
    const now = performance.now();
    if (now - this.#lookedAt < lookEvery) return false;
    this.#lookedAt = now;
    if (holdsOf(this.block.arena).has(this.#peers)) return false;
    this.#peers.end();
    return true;
  }

  readonly #isReady = (): boolean => {
    const isOver = this.#checkIn();
    return !this.#incoming.records.isEmpty || isOver;
  };

  /** Whether nothing more can come in. */
  readonly #checkIn: Check = () => {
    if (this.#closed) throw new Error("Cannot receive as this connection was closed meanwhile");
    this.#incoming.records.check("use");
    return this.#arePeersGone;
  };

  readonly #checkOut: Check = () => {
    if (this.#closed) throw new Error("Cannot send as this connection was closed meanwhile");
    this.#outgoing.records.check("use");
    if (this.#arePeersGone) throw new Error("Cannot send as the other end is closed");
    return false;
  };

  #checkEnd(): void {
    if (!this.#arePeersGone || !this.#incoming.records.isEmpty) return;
    throw new EOFError("Cannot receive as the other end is closed and nothing is left");
  }
}

const isClosed = ({ arena, word }: Block, side: Side): boolean =>
  Atomics.load(arena.words, word + closedAt(side)) !== 0;

/** Closes a side, for good. With both sides ends the pipe. */
function close(block: Block, side: Side): void {
  if (!block.isLive) return;
  Atomics.store(block.arena.words, block.word + closedAt(side), 1);
  const recordQueues = ([0, 1] as const).map((to) =>
    new RecordQueue(block, "a connection", recordsTo(to))
  );
  // Who waits here, or at the other end, looks again.
  const wakeAll = () => {
    for (const records of recordQueues) {
      records.filled.wake();
      records.drained.wake();
    }
  };
  if (!isClosed(block, other(side))) return wakeAll();
  const then = () => {
    freeAllSegments(block);
    wakeAll();
  };
  free(block, { then, rests: true });
}

function freeAllSegments(block: Block): void {
  freeSegments(block, recordsTo(0));
  freeSegments(block, recordsTo(1));
}
