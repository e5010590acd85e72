import { Encoder } from "../codec/encoder.ts";
import { fromParts } from "../from_parts.ts";
import { EOFError, TimeoutError } from "../errors.ts";
import { checkWait, type WaitOptions } from "../wait/latch.ts";
import { LoopItems } from "../wait/loop_items.ts";
import type { ConnectionEnd, SyncWaitOptions } from "./end.ts";
import {
  bytesOf,
  encodeBytes,
  encodeValue,
  fromOutside,
  putInto,
  readUpTo,
  readValueOrBytes,
  tooLong,
} from "./message_format.ts";
import { type ReadMessage, settleDelivery, type TakenMessage } from "./messages.ts";
import { showAs } from "../runtime/inspection.ts";

/** How long a message may be. */
export interface RecvBytesOptions extends WaitOptions {
  /** Bytes. A longer message is an error, and the last that is read. */
  readonly maxLength?: number | undefined;
}

/**
 * The connection that has an end.
 *
 * @internal
 */
export const connectionTo = (end: ConnectionEnd): Connection => fromParts(Connection, end);

/** Set in the body of the class, where its private fields can be read. */
let readEnd: (connection: Connection) => ConnectionEnd;
let hasEnd: (value: object) => value is Connection;

/**
 * One end of a pipe, or of a connection to another program. What is sent at one end is received at
 * the other, in the same order: values with `send` and `recv`, bytes with `sendBytes` and
 * `recvBytes`. It travels to other children, who then hold the same end.
 *
 * @example
 * ```ts
 * import { Pipe } from "@nproc/multiprocessing";
 *
 * const [a, b] = Pipe();
 * await a.send({ hello: "world" });
 * console.log(await b.recv()); // { hello: "world" }
 * a.close();
 * await b.recv().catch((error) => console.log(error.name)); // EOFError
 * ```
 */
export class Connection implements AsyncIterable<unknown> {
  readonly #end: ConnectionEnd;
  readonly #encoder: Encoder;
  #closed = false;
  #readable: boolean;

  private constructor(end: ConnectionEnd) {
    this.#end = end;
    this.#encoder = new Encoder({ channel: end.channel, defers: true, heldBy: "carrier" });
    this.#readable = end.canRead;
  }

  static {
    showAs<Connection>(
      this,
      "Connection",
      ({ closed, readable, writable }) =>
        closed ? { state: "closed" } : { state: "open", readable, writable },
    );
    readEnd = (connection) => connection.#end;
    hasEnd = (value): value is Connection => #end in value;
  }

  /** Whether this child has closed its hold on the end. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether messages can be received. */
  get readable(): boolean {
    return this.#readable && !this.#closed;
  }

  /** Whether messages can be sent. */
  get writable(): boolean {
    return this.#end.canWrite && !this.#closed;
  }

  /**
   * Sends a value, when there is room: in the pipe, and in the memory that children share.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was sent.
   * @throws {DOMException} A `DataCloneError` that names the path to what cannot travel
   * (`value.a`).
   * @throws {Error} If this end is closed here or cannot send, or if the other end is closed.
   */
  async send(value: unknown, options: WaitOptions = {}): Promise<void> {
    this.#checkWritable(options);
    const bytes = encodeValue(this.#encoder, value);
    const hooks = this.#encoder.takeHooks(this.#end.carrier);
    let isSent = false;
    try {
      isSent = await this.#end.put(bytes, options);
    } finally {
      settleDelivery(hooks, isSent);
    }
    checkSent(isSent, options);
  }

  /**
   * Does what `send` does with this thread blocked meanwhile.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over.
   * @throws {Error} If the connection is one to another program.
   */
  sendSync(value: unknown, options: SyncWaitOptions = {}): void {
    this.#checkWritable(options);
    const bytes = encodeValue(this.#encoder, value);
    const hooks = this.#encoder.takeHooks(this.#end.carrier);
    let isSent = false;
    try {
      isSent = this.#end.putSync(bytes, options);
    } finally {
      settleDelivery(hooks, isSent);
    }
    checkSent(isSent, options);
  }

  /**
   * Receives a value, when there is one; of a message of bytes, the bytes.
   *
   * @throws {EOFError} If there is nothing left to receive, and the other end is closed.
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was received.
   * @throws {Error} If this end is closed here, or cannot receive.
   */
  async recv(options: WaitOptions = {}): Promise<unknown> {
    this.#checkReadable(options);
    return received(await this.#end.take(this.#reader(readValueOrBytes), options), options);
  }

  /**
   * Does what `recv` does with this thread blocked meanwhile.
   *
   * @throws {Error} If the connection is one to another program; if the value's class or function
   * is of a module that this child has not loaded, and then the value stays.
   */
  recvSync(options: SyncWaitOptions = {}): unknown {
    this.#checkReadable(options);
    return received(this.#end.takeSync(this.#reader(readValueOrBytes), options), options);
  }

  /**
   * Sends bytes as one message, when there is room.
   *
   * @param bytes Where they are.
   * @param offset The first of them, in bytes.
   * @param size How many; all that follow, if it is left out.
   * @param options `timeout` and `signal`, as for `send`.
   * @throws {RangeError} If `bytes` has not so many.
   * @throws What `send` throws.
   */
  async sendBytes(
    bytes: ArrayBufferView | ArrayBufferLike,
    offset: number = 0,
    size?: number,
    options: WaitOptions = {},
  ): Promise<void> {
    this.#checkWritable(options);
    const message = encodeBytes(this.#encoder, bytesOf(bytes, offset, size));
    checkSent(await this.#end.put(message, options), options);
  }

  /**
   * Does what `sendBytes` does with this thread blocked meanwhile.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over.
   * @throws {Error} If the connection is one to another program.
   */
  sendBytesSync(
    bytes: ArrayBufferView | ArrayBufferLike,
    offset: number = 0,
    size?: number,
    options: SyncWaitOptions = {},
  ): void {
    this.#checkWritable(options);
    const message = encodeBytes(this.#encoder, bytesOf(bytes, offset, size));
    checkSent(this.#end.putSync(message, options), options);
  }

  /**
   * Receives the bytes of a message, when there is one; of a value, those that stand for it.
   *
   * @throws {Error} If the message is longer than `maxLength`. It is gone, and this connection
   * receives nothing more, as in CPython.
   * @throws What `recv` throws.
   */
  async recvBytes(options: RecvBytesOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkReadable(options);
    const read = this.#reader(readUpTo(options.maxLength));
    return this.#checkLength(received(await this.#end.take(read, options), options), options);
  }

  /**
   * Does what `recvBytes` does with this thread blocked meanwhile.
   *
   * @throws {Error} If the connection is one to another program, or the message too long.
   */
  recvBytesSync(options: Omit<RecvBytesOptions, "signal"> = {}): Uint8Array<ArrayBuffer> {
    this.#checkReadable(options);
    const read = this.#reader(readUpTo(options.maxLength));
    return this.#checkLength(received(this.#end.takeSync(read, options), options), options);
  }

  /**
   * Receives the bytes of a message into memory of the caller's.
   *
   * @param buffer Where to put them.
   * @param offset From which byte on.
   * @returns How many bytes they are.
   * @throws {BufferTooShort} If the message is longer than what is left of `buffer`, which is not
   * touched then; the error has all of the message in `bytes`.
   * @throws {RangeError} If `offset` is outside of `buffer`.
   * @throws What `recv` throws.
   */
  async recvBytesInto(
    buffer: ArrayBufferView | ArrayBufferLike,
    offset: number = 0,
    options: WaitOptions = {},
  ): Promise<number> {
    const target = bytesOf(buffer, offset, undefined);
    return putInto(target, await this.recvBytes(options));
  }

  /**
   * Does what `recvBytesInto` does with this thread blocked meanwhile.
   *
   * @throws {Error} If the connection is one to another program.
   */
  recvBytesIntoSync(
    buffer: ArrayBufferView | ArrayBufferLike,
    offset: number = 0,
    options: SyncWaitOptions = {},
  ): number {
    const target = bytesOf(buffer, offset, undefined);
    return putInto(target, this.recvBytesSync(options));
  }

  /**
   * Whether there is something to receive, or the other end is closed.
   *
   * @param options `timeout`: how long to wait for it, in milliseconds; `Infinity`: for ever.
   * @throws The signal's reason, if that is aborted first.
   * @throws {Error} If this end is closed here, or cannot receive.
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    this.#checkReadable(options);
    return await this.#end.poll({ ...options, timeout: options.timeout ?? 0 });
  }

  /**
   * Does what `poll` does with this thread blocked meanwhile.
   *
   * @throws {Error} If the connection is one to another program.
   */
  pollSync(options: SyncWaitOptions = {}): boolean {
    this.#checkReadable(options);
    return this.#end.pollSync({ timeout: options.timeout ?? 0 });
  }

  /**
   * Closes this child's hold on the end; what waits here is rejected. When its last holder has
   * closed it or ended, the other end receives what is left, and then gets an `EOFError`.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end.close();
  }

  /** Receives values until the other end is closed, or this child closes this one. */
  [Symbol.asyncIterator](): AsyncIterableIterator<unknown, void, undefined> {
    return new LoopItems(
      (options) => this.recv(options),
      (error) => error instanceof EOFError || this.#closed,
    );
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  #checkReadable(options: WaitOptions): void {
    checkWait(options);
    if (this.#closed) throw new Error("Cannot receive as this connection is closed");
    if (!this.#readable) throw new Error("Cannot receive as this connection can only send");
  }

  #checkWritable(options: WaitOptions): void {
    checkWait(options);
    if (this.#closed) throw new Error("Cannot send as this connection is closed");
    if (!this.#end.canWrite) throw new Error("Cannot send as this connection can only receive");
  }

  #reader<T>(read: ReadMessage<T>): ReadMessage<T> {
    return this.#end.carrier === undefined ? fromOutside(read) : read;
  }

  #checkLength(
    bytes: Uint8Array<ArrayBuffer> | typeof tooLong,
    { maxLength }: RecvBytesOptions,
  ): Uint8Array<ArrayBuffer> {
    if (bytes !== tooLong) return bytes;
    if (this.#end.canWrite) this.#readable = false;
    else this.close();
    throw new Error(`Cannot receive a message as it is longer than maxLength: ${maxLength} bytes`);
  }
}

/**
 * The end of a connection.
 *
 * @internal
 */
export const endOf: (connection: Connection) => ConnectionEnd = readEnd;

/**
 * Whether a value is a connection.
 *
 * @internal
 */
export const isConnection: (value: object) => value is Connection = hasEnd;

function checkSent(isSent: boolean, { timeout }: WaitOptions): void {
  if (!isSent) throw new TimeoutError(`Cannot send as there was no room within ${timeout} ms`);
}

function received<T>(taken: TakenMessage<T> | undefined, { timeout }: WaitOptions): T {
  if (taken !== undefined) return taken.value;
  throw new TimeoutError(`Cannot receive as nothing came within ${timeout} ms`);
}
