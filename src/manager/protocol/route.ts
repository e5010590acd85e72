/**
 * How a server can be reached: what travels with a proxy, and those that this thread has reached.
 *
 * @module
 * @internal
 */

import type { Queue } from "../../queue/queue.ts";
import type { StartMethod } from "../../runtime/start_method.ts";

/** For children of the server's start method: memory that they share with it. */
export interface SharedMemoryEndpoint {
  readonly method: StartMethod;
  /** Where requests are put, whoever makes them. */
  readonly inbox: Queue;
  /** The server's token: nobody may be left who takes them. */
  readonly memberId: number;
  /** Where the server can open a socket: the path of a socket. Nothing where it cannot have one. */
  readonly socketPath: string | undefined;
  /** What sockets of the server ask for. */
  readonly authKey: string | Uint8Array;
}

/** For all others. */
export interface SocketEndpoint {
  readonly address: string;
  /** The key; only this program's own children are told. */
  readonly authKey: string | Uint8Array | undefined;
  /** Whether that is the key for children of fewer permissions: see `lesserKeyOf`. */
  readonly isLesser?: boolean;
  /** Whether the server has only been told to open it. */
  readonly isNew?: boolean;
}

/** How a server can be reached. */
export interface Route {
  /** Tells it from all other servers. */
  readonly id: string;
  readonly memory: SharedMemoryEndpoint | undefined;
  readonly socket: SocketEndpoint | undefined;
}
