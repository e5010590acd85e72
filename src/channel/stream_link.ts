/**
 * What the two sides of a stream that travelled say to each other, over a pipe of their own.
 *
 * Each side is told of the other's end by the pipe: a side that closes its end, or whose child
 * ends, has nothing more to say.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { Encoder } from "../codec/encoder.ts";
import { EOFError } from "../errors.ts";
import type { WaitPolicy } from "../memory/futex.ts";
import { type Connection, endOf } from "./connection.ts";
import type { ConnectionEnd } from "./end.ts";
import { type ReadMessage, settleDelivery } from "./messages.ts";

/** What a message is: its first number. */
export const say = {
  /** A chunk: any value, or bytes as they are. */
  chunk: 0,
  bytes: 1,
  /** There are no more chunks. The answer to it, and to a cancel: that is done. */
  end: 2,
  /** The stream failed, is cancelled or aborted. Body: the error or reason. */
  fail: 3,
  /** So many chunks, of so many bytes, were taken. */
  taken: 4,
  /** What was asked for is done. */
  done: 5,
} as const;

/** A message that came. */
export type Message =
  | { readonly kind: typeof say.chunk; readonly value: unknown; readonly size: number }
  | { readonly kind: typeof say.end | typeof say.done }
  | { readonly kind: typeof say.fail; readonly value: unknown }
  | { readonly kind: typeof say.taken; readonly chunks: number; readonly bytes: number };

/** One side's hold on the pipe of a stream. */
export class StreamLink {
  readonly #end: ConnectionEnd;
  readonly #encoder: Encoder;

  constructor(connection: Connection) {
    this.#end = endOf(connection);
    this.#encoder = new Encoder({ channel: this.#end.channel, defers: true, heldBy: "carrier" });
  }

  /**
   * Encodes a chunk for `flush`.
   *
   * @returns How many bytes it takes, as the other side will count them.
   * @throws {DOMException} A `DataCloneError` if it cannot travel.
   */
  encodeChunk(chunk: unknown): number {
    const encoder = this.#begin(chunk instanceof Uint8Array ? say.bytes : say.chunk);
    if (chunk instanceof Uint8Array) encoder.writeBytes(chunk);
    else encoder.write(chunk, "value");
    return encoder.size;
  }

  /**
   * Sends what was encoded last, if the other side is there: if it is not, `receive` tells.
   *
   * @throws {RangeError} If the memory that children share is used up.
   */
  async flush(): Promise<void> {
    const hooks = this.#encoder.takeHooks(this.#end.carrier);
    let isSent = false;
    try {
      await this.#end.put(this.#encoder.view(0));
      isSent = true;
    } catch (error) {
      if (error instanceof RangeError) throw error;
    } finally {
      settleDelivery(hooks, isSent);
    }
  }

  /** Says that there are no more chunks, or that something is done. */
  async tell(kind: typeof say.end | typeof say.done): Promise<void> {
    this.#begin(kind);
    await this.#say();
  }

  /** Says that the stream failed. Instead of what cannot travel goes the error that says so. */
  async tellFailure(reason: unknown): Promise<void> {
    try {
      this.#begin(say.fail).write(reason, "value");
    } catch (refusal) {
      this.#begin(say.fail).write(refusal, "value");
    }
    await this.#say();
  }

  /** Says that chunks were taken. */
  async tellTaken(chunks: number, bytes: number): Promise<void> {
    const encoder = this.#begin(say.taken);
    encoder.writeUint(chunks);
    encoder.writeUint(bytes);
    await this.#say();
  }

  /** Whether there is nothing to receive at present. */
  get isEmpty(): boolean {
    return !this.#end.pollSync({ timeout: 0 });
  }

  /**
   * Receives the next message. `pace` is how it waits for one.
   *
   * @throws {EOFError} If the other side is gone and nothing is left.
   * @throws What a chunk throws that cannot be read here; it is gone.
   */
  async receive(policy?: WaitPolicy, signal?: AbortSignal): Promise<Message> {
    const taken = await this.#end.take(readMessage, { signal }, policy);
    if (taken === undefined) throw new EOFError("Cannot receive as nothing more can come");
    return taken.value;
  }

  /** Says no more. What was said arrives, and what waits here is rejected. */
  close(): void {
    this.#end.close();
  }

  #begin(kind: number): Encoder {
    this.#encoder.restart("value");
    this.#encoder.writeUint(kind);
    return this.#encoder;
  }

  /** Sends what must not be missed: if that cannot be, the link's end has to say it. */
  async #say(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.close();
    }
  }
}

const readMessage: ReadMessage<Message> = (decoder: Decoder, size: number): Message => {
  const kind = decoder.readUint();
  switch (kind) {
    case say.bytes:
      // The number before them takes one byte.
      return { kind: say.chunk, value: decoder.readBytes(size - 1), size };
    case say.chunk:
      return { kind, value: decoder.read(), size };
    case say.fail:
      return { kind, value: decoder.read() };
    case say.taken:
      return { kind, chunks: decoder.readUint(), bytes: decoder.readUint() };
    case say.end:
    case say.done:
      return { kind };
    default:
      throw new Error(`Cannot read a message of a stream as its kind is unknown: received ${kind}`);
  }
};

/** A timer that only keeps the program alive; how often it ticks does not matter. */
const day = 24 * 60 * 60 * 1000;

/** Keeps the program alive until what it gives is called. */
export function stayAlive(): () => void {
  const timer = setInterval(() => {}, day);
  return () => clearInterval(timer);
}

/** For promises whose rejection somebody else is told of. */
export function ignore(): void {}
