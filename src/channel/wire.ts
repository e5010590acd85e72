/**
 * A socket that carries messages: those that have come and were not received yet, and how it ended.
 *
 * @module
 * @internal
 */

import { AuthenticationError, EOFError } from "../errors.ts";
import { countdown, Latch, Notify, type WaitOptions } from "../wait/latch.ts";
import type { Socket } from "../runtime/socket.ts";
import { nextTurn } from "../runtime/timers.ts";
import { LocalWaitQueue } from "../wait/local_queue.ts";
import type { Introduction } from "./authentication.ts";
import { framed, FrameReader, headSize } from "./frames.ts";
import { type Seals, sealSize } from "./seal.ts";

/** How much may have come and not be received before the socket is not read any more, in bytes. */
const highWater = 256 * 1024;
/** What a message costs beside its bytes. */
const perMessage = 64;

/** A socket that carries messages. */
export class Wire {
  readonly #socket: Socket;
  readonly #frames: FrameReader;
  readonly #messageSize: number;
  readonly #seals: Seals | undefined;
  readonly #sealSize: number;
  #messages: Uint8Array[] = [];
  #waiting = 0;
  #isPaused = false;
  /**
   * How many wait for a message: as long as nobody does, only the beginning of a long one is read.
   */
  #wanted = 0;
  /** Whether no more is to be read. */
  #isDeaf = false;
  #over: { readonly error: Error | undefined } | undefined;
  readonly #changed = new Notify();
  /** Those who wait to send, each until what was sent before is in the hands of the system. */
  readonly #senders = new LocalWaitQueue();
  /** How many messages are being sent. */
  #sending = 0;
  readonly #sent = new Notify();

  /** `messageSize`: how many bytes a message may have. */
  constructor(socket: Socket, { rest, seals }: Introduction, messageSize: number) {
    this.#socket = socket;
    this.#messageSize = messageSize;
    this.#seals = seals;
    this.#sealSize = seals === undefined ? 0 : sealSize;
    this.#frames = new FrameReader(
      (message) => this.#arrive(message),
      messageSize + this.#sealSize,
    );
    this.#hear(rest);
    socket.read({
      data: (bytes) => this.#hear(bytes),
      end: (error) => {
        this.#over ??= { error };
        this.stir();
      },
    });
    socket.resume();
    this.#steer();
  }

  #hear(bytes: Uint8Array): void {
    if (this.#isDeaf) return;
    this.#frames.add(bytes);
    this.#changed.notify();
    if (this.#frames.isTooLong) this.#end(tooLong(this.#messageSize));
    else this.#steer();
  }

  /** Nothing more is heard. */
  #end(error: Error): void {
    this.#over ??= { error };
    this.#isDeaf = true;
    this.#socket.close();
    this.stir();
  }

  #arrive(sealed: Uint8Array): void {
    if (this.#isDeaf) return;
    const message = this.#seals === undefined ? sealed : this.#seals.open(sealed);
    if (message === undefined) return this.#end(broken());
    this.#messages.push(message);
    this.#waiting += message.length + perMessage;
    this.stir();
  }

  /** Reads the socket, unless there is something to receive first. */
  #steer(): void {
    const isUnwanted = this.#wanted === 0 && this.#frames.held > highWater;
    const isFull = this.#isDeaf || this.#waiting > highWater || isUnwanted;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Has all who wait look again. */
  stir(): void {
    this.#changed.notify();
  }

  /** The first message that was not received. */
  get first(): Uint8Array | undefined {
    return this.#messages[0];
  }

  /** It was received. */
  shift(): void {
    const message = this.#messages.shift();
    this.#waiting -= message === undefined ? 0 : message.length + perMessage;
    this.#steer();
  }

  /** Whether there is a message, or can be none any more. */
  get isReady(): boolean {
    return this.#messages.length > 0 || this.#over !== undefined;
  }

  /**
   * Waits until it is ready: `false` once the time is over.
   *
   * @param options `maxLength`: it is ready, too, when a message has told that it has more bytes.
   * @param check Called before each look; what it throws ends the wait.
   * @param isIdle Whether the program may end meanwhile.
   */
  async ready(
    { timeout, signal, maxLength = Infinity }: WaitOptions & { readonly maxLength?: number },
    check: () => void,
    isIdle: boolean = false,
  ): Promise<boolean> {
    check();
    if (this.isReady) return true;
    if (timeout !== undefined && timeout <= 0) {
      // What has come is told by the event loop, which a caller that asks again and again must let
      // go on.
      await nextTurn();
      signal?.throwIfAborted();
      check();
      return this.isReady;
    }
    const left = countdown(timeout);
    const release = isIdle ? undefined : this.#socket.hold();
    this.#want(1);
    try {
      while (!this.isReady && this.#announced <= maxLength) {
        if (!await this.#changed.wait({ timeout: left(), signal })) return false;
        check();
      }
      return true;
    } finally {
      this.#want(-1);
      release?.();
    }
  }

  #want(change: number): void {
    this.#wanted += change;
    this.#steer();
  }

  /** How many bytes the first message that was not received has, as far as it has told. */
  get firstSize(): number {
    return this.#messages[0]?.length ?? this.#announced;
  }

  /** How many bytes the message has that is coming. */
  get #announced(): number {
    return Math.max(0, this.#frames.announced - this.#sealSize);
  }

  /**
   * Reads no more: the first message is not wanted, and what is behind it cannot be had without it.
   */
  deafen(): void {
    this.#isDeaf = true;
    this.#steer();
  }

  /** Why there can be no message any more. */
  get ending(): Error {
    const cause = this.#over?.error;
    if (this.#isDeaf && cause !== undefined) return cause;
    if (this.#frames.isInside) {
      return new Error("Cannot receive as the connection ended in the middle of a message", {
        cause,
      });
    }
    return new EOFError("Cannot receive as the other end is closed and nothing is left", { cause });
  }

  /**
   * Sends a message. Fulfilled once it is in the hands of the system: with `true`, or with `false`
   * if the time was over before its turn came. What has begun to go cannot be called back: then the
   * end of the time, and an abort, end the wait alone, and it is sent.
   *
   * @param check Called before it is sent; what it throws ends the wait.
   */
  async put(message: Uint8Array, options: WaitOptions, check: () => void): Promise<boolean> {
    const bytes = framed(message, this.#sealSize);
    const { timeout, signal } = options;
    if (timeout === undefined && signal === undefined && this.#senders.last === undefined) {
      await this.#send(bytes);
      return true;
    }
    const left = countdown(timeout);
    const place = this.#senders.join();
    let sent: Promise<void>;
    try {
      if (!await place.toFront(options)) return false;
      while (this.#sending > 0) {
        if (!await this.#sent.wait({ timeout: left(), signal })) return false;
      }
      check();
      sent = this.#send(bytes);
    } finally {
      place.leave();
    }
    await settledWithin(sent, { timeout: left(), signal });
    return true;
  }

  /** Sends, behind what is being sent. */
  async #send(bytes: Uint8Array): Promise<void> {
    const release = this.#socket.hold();
    this.#sending++;
    try {
      // Only now: it tells the message's number, by the order in which they go.
      if (this.#seals !== undefined) {
        const end = bytes.length - sealSize;
        bytes.set(this.#seals.seal(bytes.subarray(headSize, end)), end);
      }
      await this.#socket.write(bytes);
    } catch (error) {
      throw new Error("Cannot send as the other end is closed", { cause: causeOf(error) });
    } finally {
      release();
      this.#sending--;
      this.#sent.notify();
    }
  }

  /** Ends the connection, behind what was sent. */
  close(): void {
    this.#messages = [];
    this.#socket.close();
    this.stir();
  }
}

/**
 * Waits for something for a time, or until an abort.
 *
 * @throws What it throws until then.
 */
async function settledWithin(action: Promise<void>, options: WaitOptions): Promise<void> {
  const done = new Latch();
  const settled = action.finally(() => done.open());
  // Whether it fails later, nobody asks.
  settled.catch(() => {});
  if (await done.wait(options).catch(() => false)) await settled;
}

const broken = (): Error =>
  new AuthenticationError(
    "Cannot receive a message as it was not sent so by who has proven the authKey: the connection is closed",
  );

const tooLong = (messageSize: number): Error =>
  new Error(
    `Cannot receive a message as it is longer than the ${messageSize} bytes that limits.messageSize allows`,
  );

const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error;
