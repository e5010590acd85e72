/**
 * The way into the codec: a message, written value by value.
 *
 * @module
 * @internal
 */

import "./function_extensions.ts";
import "./library_errors.ts";
import { refusal } from "./failure.ts";
import { type Root, rooted, SAME } from "./path.ts";
import type { DeliveryHooks, HeldBy } from "./extension.ts";
import { Transfers } from "./transfers.ts";
import { ValueWriter } from "./value_writer.ts";

/** What an encoder is for. */
export interface EncoderOptions {
  /** Whether the channel carries more than bytes, as a `MessagePort` does. */
  readonly attach?: boolean;
  /**
   * Whether a message may not be sent after all: what is to be moved is moved when it begins its
   * trip.
   */
  readonly defers?: boolean;
  /** Whatever kinds are to be told of the channel when they say whether a value can travel. */
  readonly channel?: unknown;
  /**
   * Who will read the messages, for kinds that know them: a proxy of a manager is told apart by its
   * server.
   */
  readonly peer?: unknown;
  /**
   * Who holds what a message refers to until it is read: who sends it, unless this says otherwise.
   */
  readonly heldBy?: HeldBy;
}

/** A message: what a `Decoder` takes, and the list for `postMessage`. */
export interface EncodedMessage {
  /** In memory of their own, which may be transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the bytes cannot say. Always empty where the channel carries bytes alone. */
  readonly attachments: unknown[];
  /** What is to be done if nobody will read it. */
  readonly hooks: readonly DeliveryHooks[];
  /** What the sender keeps until then, or until it was read. */
  readonly kept: readonly object[];
  /** Those attachments that are moved. The bytes are not among them. */
  readonly transfer: object[];
}

const none: readonly never[] = [];

/** How many bytes tell the length of a record. */
export const LENGTH_SIZE = 4;

/**
 * Encodes a message: numbers that frame it, and values, each with the semantics of structured
 * clone.
 */
export class Encoder {
  readonly #transfers: Transfers;
  readonly #writer: ValueWriter;
  readonly #defers: boolean;
  #busy = false;

  constructor(options: EncoderOptions = {}) {
    this.#transfers = new Transfers(options.attach ?? false);
    this.#writer = new ValueWriter(
      this.#transfers,
      options.channel,
      options.peer,
      options.heldBy ?? "sender",
    );
    this.#defers = options.defers ?? false;
  }

  /** How many bytes the message has so far. */
  get size(): number {
    return this.#writer.out.position;
  }

  /** Writes an integer from 0 to 2^53 - 1 for `Decoder.readUint`. */
  writeUint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(
        `Cannot write a number as it must be an integer from 0: received ${value}`,
      );
    }
    this.#writer.out.uint(value);
  }

  /**
   * Writes a value for `Decoder.read`. Afterwards this side no longer has the buffers that were to
   * be moved. If it throws, nothing was written and nothing moved (but other buffers of a list that
   * names memory of WebAssembly, which refuses to be moved only when it is tried, may be gone if
   * they have whole pages of 64 KiB, too).
   *
   * @param value The value.
   * @param root What an error calls it, such as `args`.
   * @param transfer What is to be moved, and not copied: all of a list, and of a set what the value
   * holds.
   * @throws {DOMException} A `DataCloneError` that names the path to what cannot travel. A getter's
   * error as it is.
   */
  write(
    value: unknown,
    root: Root,
    transfer?: readonly unknown[] | ReadonlySet<unknown>,
  ): void {
    if (this.#busy) throw busy(root);
    const writer = this.#writer;
    // Nothing to mark or to end: these hold nothing, refuse nothing and run nobody's code, and
    // where there is no memory for a string, nothing of it was written.
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
      if (transfer === undefined) return writer.value(value, SAME);
    }
    const mark = writer.mark();
    this.#busy = true;
    try {
      this.#transfers.begin();
      if (transfer instanceof Set) this.#transfers.offer(transfer);
      else if (transfer !== undefined) this.#transfers.add(transfer as readonly unknown[]);
      writer.root(value, root);
      this.#move();
    } catch (error) {
      writer.rollback(mark);
      throw isStackOverflow(error) ? refusal(rooted(root, ""), "is nested too deeply") : error;
    } finally {
      writer.end();
      this.#busy = false;
    }
  }

  #move(): void {
    if (!this.#defers) return this.#transfers.move();
    const sent = this.#transfers.moveLater();
    if (sent === undefined) return;
    this.#writer.hooks.push({ hooks: { sent, dropped: () => {} }, at: this.size });
  }

  /** Begins a message anew. What the one before was to do, somebody has taken. */
  restart(root: string): void {
    if (this.#busy) throw busy(root);
    this.#writer.truncate(0);
    this.#writer.out.restart();
  }

  /** Writes a number as it is in memory, for `Decoder.readFloat`. */
  writeFloat(value: number): void {
    this.#writer.out.float(value);
  }

  /** Begins a record that tells its length; `endSized` takes what this gives. */
  beginSized(): number {
    const { out } = this.#writer;
    out.reserve(LENGTH_SIZE);
    return out.position += LENGTH_SIZE;
  }

  /** Ends a record: a decoder can skip it without knowing what is in it. */
  endSized(begin: number): void {
    const { out } = this.#writer;
    out.view.setUint32(begin - LENGTH_SIZE, out.position - begin, true);
  }

  /** Writes bytes that another encoder wrote, without attachments. */
  writeBytes(bytes: Uint8Array): void {
    this.#writer.out.raw(bytes);
  }

  /** Drops the bytes from there on. Only for what has no attachments. */
  truncate(size: number): void {
    this.#writer.truncate(size);
  }

  /** Whether values have something to do when the message is sent. */
  get hasHooks(): boolean {
    return this.#writer.hooks.length > 0;
  }

  /**
   * Takes what the values are to do when the message is sent; `carrier` is what will have it until
   * it is read.
   *
   * @throws {RangeError} If there is no memory to note that. Then the message is not to be sent.
   */
  takeHooks(carrier?: object): readonly DeliveryHooks[] {
    if (this.#writer.hooks.length === 0) return none;
    const hooks = this.#writer.hooks.splice(0).map(({ hooks }) => hooks);
    if (carrier === undefined) return hooks;
    try {
      for (const hook of hooks) hook.departing?.(carrier);
      return hooks;
    } catch (error) {
      for (const hook of hooks) hook.dropped();
      throw error;
    }
  }

  /** Takes what the sender is to keep until nobody will read the message any more. */
  takeKept(): readonly object[] {
    const { kept } = this.#writer;
    return kept.length === 0 ? none : kept.splice(0).map(({ object }) => object);
  }

  /** Whether the message has more than its bytes. */
  get hasAttachments(): boolean {
    return this.#transfers.attachments.length > 0;
  }

  /** The memory of the message, of which the first `size` bytes count, until the next write. */
  get memory(): Uint8Array {
    return this.#writer.out.bytes;
  }

  /** The bytes from there on, until the next write. */
  view(from: number): Uint8Array {
    return this.#writer.out.bytes.subarray(from, this.size);
  }

  /** A copy of the bytes from there on: what `size` was before a value gives that value alone. */
  copy(from: number): Uint8Array<ArrayBuffer> {
    return this.#writer.out.bytes.slice(from, this.size);
  }

  /** Hands out the message, which is as good as sent, and begins the next. */
  take(): EncodedMessage {
    const message = this.takeUnsent();
    for (const hook of message.hooks) hook.sent?.();
    return message;
  }

  /** Hands out the message, whose delivery hooks have not begun, and begins the next. */
  takeUnsent(): EncodedMessage {
    const hooks = this.takeHooks();
    const kept = this.takeKept();
    return { bytes: this.#writer.out.take(), ...this.#transfers.take(), hooks, kept };
  }
}

const busy = (root: Root): Error =>
  new Error(`Cannot encode ${rooted(root, "")} as a getter of another value is running`);

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith("Maximum call stack");
}
