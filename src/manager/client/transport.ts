/**
 * How frames get from a client to its server and back.
 *
 * @module
 * @internal
 */

import type { Connection } from "../../channel/connection.ts";
import { endOf } from "../../channel/connection.ts";
import { type Check, Messages, type ReadMessage, settleDelivery } from "../../channel/messages.ts";
import { makePipe } from "../../channel/pipe.ts";
import { Encoder } from "../../codec/encoder.ts";
import { noRoom } from "../../memory/allocator.ts";
import { arenaOf } from "../../memory/arena.ts";
import { recordsOf } from "../../queue/queue.ts";
import { operation } from "../protocol/messages.ts";
import type { SharedMemoryEndpoint } from "../protocol/route.ts";

/** A client's way to its server. */
export interface Transport {
  /**
   * The member id of the server, where it shares memory: what a frame refers to is held as long as
   * that lives.
   */
  readonly reader: number;
  /** Sends a frame; the bytes are the caller's again when this returns. */
  send(bytes: Uint8Array): Promise<void>;
  /**
   * The next frame of replies.
   *
   * @throws If there can be none, as the server is gone.
   */
  receive(): Promise<Uint8Array>;
  /** Nothing more is sent or received. */
  close(): void;
}

/** In place of the member id of who shares no memory. */
export const nobody = 0;

/** Takes a message as it is. */
export const readFrame: ReadMessage<Uint8Array> = (decoder, length) => decoder.readBytes(length);

/** An inbox comes to its end only by being disposed of. */
export const neverOver = ({ records }: Messages): Check => () => {
  records.check("use");
  return false;
};

/** How often to look whether a server lives that has not answered yet, in milliseconds. */
const lookEvery = 100;

/** Through shared memory: requests go into the server's inbox, replies come out of a pipe. */
export class SharedMemoryTransport implements Transport {
  readonly #inbox: Messages;
  readonly #replies: Connection;
  readonly #memory: SharedMemoryEndpoint;
  /** Whether the server is known to hold its end of the pipe, which tells when it is gone. */
  #isAccepted = false;
  /**
   * Why nothing can be sent: what is told by a call, as a proxy may come when its manager has
   * ended.
   */
  #refusal: { readonly error: unknown } | undefined;

  constructor(memory: SharedMemoryEndpoint, key: number) {
    this.#memory = memory;
    this.#inbox = new Messages(recordsOf(memory.inbox), "request");
    const [replies, theirs] = makePipe(memory.method, false);
    this.#replies = replies;
    const encoder = new Encoder({ channel: memory.method, defers: true, heldBy: this });
    encoder.writeUint(key);
    encoder.writeUint(operation.hello);
    encoder.writeUint(arenaOf(memory.method).me);
    encoder.write(theirs, "value");
    const hooks = encoder.takeHooks();
    let isPut = false;
    try {
      isPut = this.#inbox.tryPut(encoder.view(0));
      if (!isPut) throw noRoom(memory.method, encoder.size);
    } catch (error) {
      this.#refusal = { error };
    }
    settleDelivery(hooks, isPut);
    theirs.close();
  }

  get reader(): number {
    return this.#memory.memberId;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal.error;
    if (this.#inbox.tryPut(bytes)) return;
    await this.#inbox.put(bytes, {}, neverOver(this.#inbox));
  }

  async receive(): Promise<Uint8Array> {
    const end = endOf(this.#replies);
    for (;;) {
      const options = this.#isAccepted ? {} : { timeout: lookEvery };
      const taken = await end.take(readFrame, options);
      if (taken !== undefined) {
        this.#isAccepted = true;
        return taken.value;
      }
      this.#checkServer();
    }
  }

  close(): void {
    this.#replies.close();
  }

  /** What is still in the inbox of a dead server holds the other end of the pipe. */
  #checkServer(): void {
    const { members } = arenaOf(this.#memory.method);
    members.look(this.#memory.memberId);
    if (!members.isAlive(this.#memory.memberId)) throw new Error("The server's process has ended");
  }
}

/** Over a socket, which may not be connected yet. */
export class SocketTransport implements Transport {
  readonly reader: number = nobody;
  readonly #connected: Promise<Connection>;

  constructor(connected: Promise<Connection>) {
    this.#connected = connected;
    // Told to whoever sends or receives.
    connected.catch(() => {});
  }

  async send(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    await endOf(await this.#connected).put(copy);
  }

  async receive(): Promise<Uint8Array> {
    const taken = await endOf(await this.#connected).take(readFrame, {});
    return taken!.value;
  }

  close(): void {
    // Where it was never connected, that is what was told.
    this.#connected.then((connection) => connection.close(), () => {});
  }
}

/** Within the server's own thread: what it does with objects that it was given proxies of. */
export class LoopTransport implements Transport {
  readonly reader: number;
  readonly #deliver: (frame: Uint8Array) => void;
  readonly #replies: Uint8Array[] = [];
  #waiting: ((frame: Uint8Array) => void) | undefined;

  /** `me` is the member id of this child. */
  constructor(deliver: (frame: Uint8Array) => void, me: number) {
    this.reader = me;
    this.#deliver = deliver;
  }

  send(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    return Promise.resolve().then(() => this.#deliver(copy));
  }

  receive(): Promise<Uint8Array> {
    const first = this.#replies.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** A frame of replies has come. */
  reply(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#replies.push(bytes.slice());
    else waiting(bytes.slice());
  }

  close(): void {}
}
