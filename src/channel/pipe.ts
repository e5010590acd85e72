import { checkOptions } from "../arguments.ts";
import { memoryRefusal } from "../codec/destination.ts";
import type { Origin } from "../codec/origin.ts";
import { registerKind } from "../codec/registry.ts";
import { EOFError } from "../errors.ts";
import { allocate, Block, free } from "../memory/allocator.ts";
import { arenaOf } from "../memory/arena.ts";
import type { Pace } from "../memory/futex.ts";
import type { WaitOptions } from "../memory/latch.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { getStartMethod } from "../runtime/start_methods.ts";
import { hold, letGo } from "../handles/holding.ts";
import { holdsOf, type MessageHold } from "../handles/holds.ts";
import { type Ending, registerEnding, Target } from "../handles/target.ts";
import { arrive, depart } from "../handles/travel.ts";
import { Connection, endOf, isConnection } from "./connection.ts";
import type { End, SyncWaitOptions } from "./end.ts";
import { freeSegments, Lane, laneWords, limitLane } from "./lane.ts";
import { type Check, Messages, type Read, type Taken } from "./messages.ts";

/** How many bytes may be under way in one direction; a larger message goes alone. */
const capacity = 2 * 1024 * 1024;

/** The two ends of a pipe. */
type Side = 0 | 1;

// Where the parts are, in words: the lane that leads to a side, and whether nobody holds the side any more.
const laneTo = (side: Side): number => side * laneWords;
const closedAt = (side: Side): number => 2 * laneWords + side;
const flagsAt = 2 * laneWords + 2;
const pipeSize = (flagsAt + 1) * 4;
/** The flag of a pipe that leads from side 1 to side 0 alone. */
const ONE_WAY = 1;
/** Those of one whose side 1 gets what another program says, by whether that has proven a key. */
const FROM_STRANGER = 2;
const FROM_PROVEN = 4;

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
class PipeEnd implements End {
  readonly block: Block;
  readonly side: Side;
  readonly channel: StartMethod;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly #incoming: Messages;
  readonly #outgoing: Messages;
  readonly origin: Origin;
  readonly target: Target;
  readonly #peers: Target;
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
      new Lane(block, "a connection", laneTo(side)),
      "message",
      this.origin,
    );
    this.#outgoing = new Messages(new Lane(block, "a connection", laneTo(other(side))), "message");
    this.target = new Target(block, endSide, side);
    this.#peers = new Target(block, endSide, other(side));
    hold(this, this.target);
  }

  /** What has the messages until they are read. */
  get carrier(): Lane {
    return this.#outgoing.lane;
  }

  get unread(): number {
    return this.#outgoing.lane.size;
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
    read: Read<T>,
    options: WaitOptions,
    pace?: Pace,
  ): Promise<Taken<T> | undefined> {
    const taken = this.#incoming.trySoon(read) ??
      await this.#incoming.take(read, options, this.#checkIn, pace);
    if (taken === undefined) this.#checkEnd();
    return taken;
  }

  takeSync<T>(read: Read<T>, { timeout }: SyncWaitOptions): Taken<T> | undefined {
    const taken = this.#incoming.takeSync(read, timeout, this.#checkIn);
    if (taken === undefined) this.#checkEnd();
    return taken;
  }

  async poll(options: WaitOptions): Promise<boolean> {
    return await this.#incoming.lane.filled.wait(this.#isReady, options);
  }

  pollSync({ timeout }: SyncWaitOptions): boolean {
    return this.#incoming.lane.filled.waitSync(this.#isReady, timeout);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    letGo(this, this.target);
  }

  /** Whether nobody holds the other end: said by the last who did, or seen by a look whether any lives. */
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
    return !this.#incoming.lane.isEmpty || isOver;
  };

  /** Whether nothing more can come in. */
  readonly #checkIn: Check = () => {
    if (this.#closed) throw new Error("Cannot receive as this connection was closed meanwhile");
    this.#incoming.lane.check("use");
    return this.#arePeersGone;
  };

  readonly #checkOut: Check = () => {
    if (this.#closed) throw new Error("Cannot send as this connection was closed meanwhile");
    this.#outgoing.lane.check("use");
    if (this.#arePeersGone) throw new Error("Cannot send as the other end is closed");
    return false;
  };

  #checkEnd(): void {
    if (!this.#arePeersGone || !this.#incoming.lane.isEmpty) return;
    throw new EOFError("Cannot receive as the other end is closed and nothing is left");
  }
}

const isClosed = ({ arena, word }: Block, side: Side): boolean =>
  Atomics.load(arena.words, word + closedAt(side)) !== 0;

/** Closes a side, for good. With both sides ends the pipe. */
function close(block: Block, side: Side): void {
  if (!block.isLive) return;
  Atomics.store(block.arena.words, block.word + closedAt(side), 1);
  const lanes = ([0, 1] as const).map((to) => new Lane(block, "a connection", laneTo(to)));
  // Who waits here, or at the other end, looks again.
  const stir = () => {
    for (const lane of lanes) {
      lane.filled.wake();
      lane.drained.wake();
    }
  };
  if (!isClosed(block, other(side))) return stir();
  const then = () => {
    freeLanes(block);
    stir();
  };
  free(block, { then, rests: true });
}

function freeLanes(block: Block): void {
  freeSegments(block, laneTo(0));
  freeSegments(block, laneTo(1));
}

type Description = [
  method: StartMethod,
  address: number,
  serial: number,
  side: Side,
  hold: MessageHold | undefined,
];

const pipeEndOf = (value: object): PipeEnd => endOf(value as Connection) as PipeEnd;

registerKind({
  name: "Connection",
  module: import.meta.url,
  isLocal: true,
  shape: ["string", "number", "number", "number", "any?"],
  matches: (value) => isConnection(value) && endOf(value) instanceof PipeEnd,
  refuses: (value, channel) => {
    if ((value as Connection).closed) return "is a Connection that is closed";
    return memoryRefusal("Connection", pipeEndOf(value).channel, channel);
  },
  describe: (value, departure): Description => {
    const { block, side, target } = pipeEndOf(value);
    const { arena: { method }, address, serial } = block;
    return [method, address, serial, side, depart(target, departure)];
  },
  revive: (description) => {
    const [method, address, serial, side, held] = description as Description;
    const end = new PipeEnd(new Block(arenaOf(method), address, serial), side);
    // Only now: the end has been held all the time.
    arrive(end.target, held);
    return new Connection(end);
  },
});

/**
 * Makes the ends of a pipe in the memory of the children of a start method. `origin`: who says what the
 * second end gets, wherever it goes.
 *
 * @internal
 */
export function makePipe(
  method: StartMethod,
  duplex: boolean,
  origin: Origin = "program",
): [Connection, Connection] {
  const block = allocate(method, pipeSize);
  const from = origin === "program" ? 0 : origin === "proven" ? FROM_PROVEN : FROM_STRANGER;
  block.arena.words[block.word + flagsAt] = from | (duplex ? 0 : ONE_WAY);
  limitLane(block, { bytes: capacity }, laneTo(0));
  limitLane(block, { bytes: capacity }, laneTo(1));
  return [new Connection(new PipeEnd(block, 0)), new Connection(new PipeEnd(block, 1))];
}

/** What a pipe is to be. */
export interface PipeOptions {
  /** Whether both ends can send and receive. Otherwise the first receives, and the second sends. */
  readonly duplex?: boolean | undefined;
}

/**
 * Makes a pipe between children, and gives its two ends. Both can be used by this child, or sent
 * to others. As in CPython an end is closed only when all who hold it have closed it or ended: a
 * parent that has sent an end to a child closes its own.
 *
 * @example
 * ```ts
 * import { type Connection, Pipe, Process, task } from "@nproc/multiprocessing";
 *
 * export const greet = task(import.meta, async (end: Connection) => {
 *   await end.send("hello");
 * });
 *
 * if (import.meta.main) {
 *   const [mine, theirs] = Pipe();
 *   new Process({ target: greet, args: [theirs] }).start();
 *   theirs.close();
 *   for await (const message of mine) console.log(message); // hello
 * }
 * ```
 *
 * @throws {TypeError} If `options` is no object.
 * @throws {Error} If this program cannot share memory between processes; the message names the remedy.
 */
export function Pipe(options?: PipeOptions): [Connection, Connection] {
  return pipeOf(getStartMethod(), options);
}

/**
 * Makes a pipe as a caller wants it, between children of a start method.
 *
 * @internal
 */
export function pipeOf(method: StartMethod, options: PipeOptions = {}): [Connection, Connection] {
  checkOptions("make a pipe", options);
  return makePipe(method, options.duplex ?? true);
}
