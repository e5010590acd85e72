import { checkOptions } from "../arguments.ts";
import { memoryRefusal } from "../codec/destination.ts";
import type { Origin } from "../code/origin.ts";
import { registerExtension } from "../codec/extension.ts";
import { Block } from "../memory/allocator.ts";
import { arenaOf } from "../memory/arena.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { getStartMethod } from "../runtime/start_methods.ts";
import type { MessageHold } from "../handles/holds.ts";
import { arrive, depart } from "../handles/travel.ts";
import { type Connection, connectionTo, endOf, isConnection } from "./connection.ts";
import { allocatePipe, PipeEnd, type Side } from "./pipe_end.ts";

type PipeDescription = [
  method: StartMethod,
  address: number,
  serial: number,
  side: Side,
  hold: MessageHold | undefined,
];

const pipeEndOf = (value: object): PipeEnd => endOf(value as Connection) as PipeEnd;

registerExtension({
  name: "Connection",
  module: import.meta.url,
  isLocal: true,
  shape: ["string", "number", "number", "number", "any?"],
  matches: (value) => isConnection(value) && endOf(value) instanceof PipeEnd,
  refuses: (value, channel) => {
    if ((value as Connection).closed) return "is a Connection that is closed";
    return memoryRefusal("Connection", pipeEndOf(value).channel, channel);
  },
  describe: (value, departure): PipeDescription => {
    const { block, side, target } = pipeEndOf(value);
    const { arena: { method }, address, serial } = block;
    return [method, address, serial, side, depart(target, departure)];
  },
  revive: (description) => {
    const [method, address, serial, side, held] = description as PipeDescription;
    const end = new PipeEnd(new Block(arenaOf(method), address, serial), side);
    // Only now: the end has been held all the time.
    arrive(end.target, held);
    return connectionTo(end);
  },
});

/**
 * Makes the ends of a pipe in the memory of the children of a start method. `origin`: who says what
 * the second end gets, wherever it goes.
 *
 * @internal
 */
export function makePipe(
  method: StartMethod,
  duplex: boolean,
  origin: Origin = "program",
): [Connection, Connection] {
  const block = allocatePipe(method, duplex, origin);
  return [connectionTo(new PipeEnd(block, 0)), connectionTo(new PipeEnd(block, 1))];
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
 * @throws {Error} If this program cannot share memory between processes; the message names the
 * remedy.
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
