/** The ways from child to child that are measured. */

import { type Connection, Pipe, Queue, SimpleQueue } from "@nproc/multiprocessing";

/** How messages go into one end, and come out of the other. */
export interface Way {
  put(message: unknown): Promise<void> | void;
  get(): unknown;
}

/** What children need to have the ways. */
export interface Ways {
  readonly queue: Queue;
  readonly simple: SimpleQueue;
  readonly ends: readonly [Connection, Connection];
}

/** Makes what the ways go through. */
export function openWays(): Ways {
  return { queue: new Queue(), simple: new SimpleQueue(), ends: Pipe() };
}

/** The ways by the names of their rows. */
export function waysOf({ queue, simple, ends: [from, to] }: Ways): Record<string, Way> {
  return {
    "Queue": { put: (message) => queue.put(message), get: () => queue.get() },
    "Queue sync": { put: (message) => queue.putSync(message), get: () => queue.getSync() },
    "SimpleQueue": { put: (message) => simple.put(message), get: () => simple.get() },
    "Pipe": { put: (message) => from.send(message), get: () => to.recv() },
    "Pipe sync": { put: (message) => from.sendSync(message), get: () => to.recvSync() },
  };
}

/** The names of the ways. */
export const wayNames: readonly string[] = [
  "Queue",
  "Queue sync",
  "SimpleQueue",
  "Pipe",
  "Pipe sync",
];
