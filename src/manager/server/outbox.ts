/**
 * What a server has to say to one client: replies, many in one frame where they come together.
 *
 * @module
 * @internal
 */

import { settleDelivery } from "../../channel/messages.ts";
import { Encoder } from "../../codec/encoder.ts";
import type { Origin } from "../../code/origin.ts";
import type { StartMethod } from "../../runtime/start_method.ts";
import type { Peer } from "../protocol/peer.ts";
import { ending, frameSize } from "../protocol/messages.ts";

/** How many bytes of replies may wait for a client to read them. */
const mostWaiting = 1024 * 1024;

/** How a client is reached. */
export interface Replies {
  /** What can travel to it: see `EncoderOptions`. */
  readonly channel: StartMethod | undefined;
  /** Who asks, by what it may do here. */
  readonly origin: Origin;
  /**
   * The member id of who reads it, where it shares memory: what a frame refers to is held as long
   * as that lives.
   */
  readonly reader: number;
  /** Sends a frame; the bytes are the caller's again when this returns. */
  send(bytes: Uint8Array): Promise<unknown>;
  /** How many frames have arrived and were not read; where that can be told. */
  readonly unread: (() => number) | undefined;
  /** Ends the conversation. */
  close(): void;
}

/** Collects replies, and sends them. */
export class Outbox {
  readonly #replies: Replies;
  readonly #encoder: Encoder;
  #isWaiting = false;
  /** What takes back what is told in the frame that is being written. */
  #undos: (() => void)[] = [];
  /** The same of the frames that were sent and may not have been read, in their order. */
  readonly #unheard: (readonly (() => void)[])[] = [];
  /** How many frames wait for room, and how many bytes they have. */
  #leaving = 0;
  #leavingBytes = 0;
  readonly #onLeft: () => void;

  /** `onLeft` is called when a frame was sent, or cannot be. */
  constructor(replies: Replies, peer: Peer, onLeft: () => void) {
    this.#replies = replies;
    this.#onLeft = onLeft;
    this.#encoder = new Encoder({
      channel: replies.channel,
      defers: true,
      peer,
      heldBy: replies,
    });
  }

  /** Says how a call ended. A result that cannot travel is an error. `undo`: see `Caller`. */
  add(id: number, how: number, value: unknown, undo?: () => void): void {
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
    if (undo !== undefined) this.#undos.push(undo);
    if (encoder.size >= frameSize) this.flush();
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
    const hooks = encoder.takeHooks();
    if (hooks.length > 0) this.#undos.push(() => settleDelivery(hooks, false));
    const { size } = encoder;
    this.#leaving++;
    this.#leavingBytes += size;
    const sent = this.#replies.send(encoder.view(0));
    encoder.restart("result");
    this.#remember();
    sent.then(() => {
      this.#leaving--;
      this.#leave(size);
      settleDelivery(hooks, true);
    }, () => {
      this.#leave(size);
      // That the client is gone is heard by whoever listens to it, behind what it has still asked
      // for.
      settleDelivery(hooks, false);
    });
  }

  #leave(size: number): void {
    this.#leavingBytes -= size;
    this.#onLeft();
  }

  /** Whether its client reads too little of what it was told. */
  get isFull(): boolean {
    return this.#leavingBytes + this.#encoder.size > mostWaiting;
  }

  /** Keeps what takes back the frame that was sent, until the client has read it. */
  #remember(): void {
    const undos = this.#undos;
    this.#undos = [];
    if (this.#replies.unread === undefined) return;
    this.#unheard.push(undos);
    this.#forgetRead();
  }

  #forgetRead(): void {
    const unread = (this.#replies.unread?.() ?? 0) + this.#leaving;
    this.#unheard.splice(0, this.#unheard.length - unread);
  }

  /** The client is gone: what it has not heard of is taken back, what came last first. */
  undo(): void {
    this.#forgetRead();
    for (const undo of [...this.#unheard.flat(), ...this.#undos].reverse()) undo();
    this.#unheard.length = this.#undos.length = 0;
  }
}
