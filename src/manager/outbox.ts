/**
 * What a server has to say to one client: replies, many in one frame where they come together.
 *
 * @module
 * @internal
 */

import { settleTrips } from "../channel/messages.ts";
import { Encoder } from "../codec/encoder.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import type { Peer } from "./peer.ts";
import { ending } from "./protocol.ts";

/** How many bytes of replies are collected before they are sent although there are more. */
const mostBytes = 32 * 1024;

/** How a client is reached. */
export interface Replies {
  /** What can travel to it: see `EncoderOptions`. */
  readonly channel: StartMethod | undefined;
  /** Sends a frame; the bytes are the caller's again when this returns. */
  send(bytes: Uint8Array): Promise<void>;
  /** Ends the conversation. */
  close(): void;
}

/** Collects replies, and sends them. */
export class Outbox {
  readonly #replies: Replies;
  readonly #onLost: () => void;
  readonly #encoder: Encoder;
  #isWaiting = false;

  /** `onLost` is called when a frame cannot be sent, as the client is gone. */
  constructor(replies: Replies, peer: Peer, onLost: () => void) {
    this.#replies = replies;
    this.#onLost = onLost;
    this.#encoder = new Encoder({ channel: replies.channel, defers: true, peer });
  }

  /** Says how a call ended. A result that cannot travel is an error. */
  add(id: number, how: number, value: unknown): void {
    const encoder = this.#encoder;
    const mark = encoder.size;
    encoder.writeUint(id);
    encoder.writeUint(how);
    const begin = encoder.beginSized();
    try {
      encoder.write(value, "result");
    } catch (error) {
      encoder.truncate(mark);
      return this.add(id, ending.rejected, error);
    }
    encoder.endSized(begin);
    if (encoder.size >= mostBytes) this.flush();
    else this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    queueMicrotask(() => {
      this.#isWaiting = false;
      this.flush();
    });
  }

  /** Sends what there is. */
  flush(): void {
    const encoder = this.#encoder;
    if (encoder.size === 0) return;
    const trips = encoder.takeTrips();
    const sent = this.#replies.send(encoder.view(0));
    encoder.restart("result");
    sent.then(() => settleTrips(trips, true), () => {
      settleTrips(trips, false);
      this.#onLost();
    });
  }
}
