/**
 * What a connection is made of: one end of something that carries messages of bytes.
 *
 * @module
 * @internal
 */

import type { Origin } from "../code/origin.ts";
import type { WaitPolicy } from "../memory/futex.ts";
import type { WaitOptions } from "../wait/latch.ts";
import type { Carrier } from "../handles/hold_records.ts";
import type { ReadMessage, TakenMessage } from "./messages.ts";

/** How a call that blocks the thread waits. */
export type SyncWaitOptions = Omit<WaitOptions, "signal">;

/** How a message is waited for. */
export interface TakeOptions extends WaitOptions {
  /**
   * Of a message with more bytes, where that is known before it has come, only its length is read.
   */
  readonly maxLength?: number | undefined;
}

/** One end. */
export interface ConnectionEnd {
  /** What an encoder for its messages is told of it: see `EncoderOptions`. */
  readonly channel: unknown;
  /** Who says what comes in, by what it may do here. */
  readonly origin: Origin;
  /** What has the messages until they are read, where that is memory that children share. */
  readonly carrier: Carrier | undefined;
  /** Whether messages can come in, and go out, by its nature. */
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** How many messages were sent and not taken yet; 0 where that cannot be told. */
  readonly unread: number;
  /**
   * Sends a message, when there is room; the bytes are the caller's again when this returns.
   *
   * @returns Whether it was sent: `false` once the time is over.
   */
  put(bytes: Uint8Array, options?: WaitOptions): Promise<boolean>;
  putSync(bytes: Uint8Array, options?: SyncWaitOptions): boolean;
  /**
   * Takes the next message. `pace` is how it waits for one.
   *
   * @throws {EOFError} If there is none, and none can come any more.
   * @returns `undefined` once the time is over.
   */
  take<T>(
    read: ReadMessage<T>,
    options: TakeOptions,
    policy?: WaitPolicy,
  ): Promise<TakenMessage<T> | undefined>;
  takeSync<T>(read: ReadMessage<T>, options: SyncWaitOptions): TakenMessage<T> | undefined;
  /** Whether a message can be taken, or none can come any more, within the time. */
  poll(options: WaitOptions): Promise<boolean>;
  pollSync(options: SyncWaitOptions): boolean;
  /** Gives this hold on the end up. What waits here is rejected. */
  close(): void;
}
