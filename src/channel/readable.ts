/**
 * A `ReadableStream` in another child: this side reads the stream and sends its chunks, the other
 * has a stream that gives them.
 *
 * The other side says how much of it was read, and so much may be under way beyond that as the
 * limits below allow: the source is pulled no faster.
 *
 * @module
 * @internal
 */

import { EOFError } from "../errors.ts";
import { idle } from "../memory/futex.ts";
import { bootNote } from "../runtime/boot.ts";
import { ignore, type Message, say, stayAlive, type StreamLink } from "./stream_link.ts";

/** How many chunks, and bytes of them, may be sent and not read. A larger chunk goes alone. */
const mostChunks = 16;
const mostBytes = 1024 * 1024;

/** A stream that was sent, on the side that has it. */
export class SentReadable {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #link: StreamLink;
  /** What was sent, and not yet read. */
  #chunks = 0;
  #bytes = 0;
  #isOver = false;
  /** Has the pump look whether it can go on. */
  #stir: () => void = ignore;

  constructor(reader: ReadableStreamDefaultReader<unknown>, link: StreamLink) {
    this.#reader = reader;
    this.#link = link;
  }

  /** Begins to send. */
  begin(): void {
    void this.#listen();
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      while (await this.#hasRoom(0)) {
        const { done, value } = await this.#reader.read();
        if (this.#isOver) return;
        if (done) return await this.#end();
        const size = this.#link.encodeChunk(value);
        if (!await this.#hasRoom(size)) return;
        this.#chunks++;
        this.#bytes += size;
        await this.#link.flush();
      }
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const message = await this.#link.receive(idle);
        if (message.kind === say.taken) this.#noteTaken(message.chunks, message.bytes);
        else if (message.kind === say.fail) return await this.#cancel(message.value);
      }
    } catch {
      // Nobody reads any more; or this side has said all, and closed the link.
      if (!this.#isOver) await this.#cancel(new EOFError("Nobody is left to read the stream"));
    }
  }

  #noteTaken(chunks: number, bytes: number): void {
    this.#chunks -= chunks;
    this.#bytes -= bytes;
    this.#stir();
  }

  /** Waits until a chunk may be sent. `false` if none will be any more. */
  async #hasRoom(size: number): Promise<boolean> {
    while (!this.#isOver && !this.#fits(size)) await this.#change();
    return !this.#isOver;
  }

  #fits(size: number): boolean {
    if (this.#chunks === 0) return true;
    return this.#chunks < mostChunks && this.#bytes + size <= mostBytes;
  }

  /** Waits for the reader. A child does not end before it has delivered all. */
  #change(): Promise<void> {
    const release = bootNote() === undefined ? ignore : stayAlive();
    return new Promise((resolve) => {
      this.#stir = () => {
        release();
        resolve();
      };
    });
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    await this.#link.tell(say.end);
    this.#link.close();
  }

  /** The source failed, or gave what cannot travel. */
  async #fail(error: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reader.cancel(error).catch(ignore);
    await this.#link.tellFailure(error);
    this.#link.close();
  }

  async #cancel(reason: unknown): Promise<void> {
    this.#isOver = true;
    this.#stir();
    try {
      await this.#reader.cancel(reason);
      await this.#link.tell(say.end);
    } catch (error) {
      await this.#link.tellFailure(error);
    }
    this.#link.close();
  }
}

/** How much is read before that is said, so that the other side never has to wait for it. */
const batchChunks = mostChunks / 2;
const batchBytes = mostBytes / 2;

/**
 * The stream that gives what the other side sends. It asks for nothing before it is read, and then
 * keeps the program alive.
 */
export function receivedReadable(link: StreamLink, isBytes: boolean): ReadableStream<unknown> {
  const source = new Source(link, isBytes);
  const pull = (controller: Controller) => source.pull(controller);
  const cancel = (reason: unknown) => source.cancel(reason);
  const strategy = { highWaterMark: 0 };
  return isBytes
    ? new ReadableStream({ type: "bytes", pull, cancel }, strategy)
    : new ReadableStream({ pull, cancel }, strategy);
}

type Controller = ReadableStreamDefaultController<unknown> | ReadableByteStreamController;

class Source {
  readonly #link: StreamLink;
  readonly #isBytes: boolean;
  readonly #cancelled = new AbortController();
  /** What was read, and the other side was not told of. */
  #chunks = 0;
  #bytes = 0;

  constructor(link: StreamLink, isBytes: boolean) {
    this.#link = link;
    this.#isBytes = isBytes;
  }

  /** What it throws, the stream fails of. */
  async pull(controller: Controller): Promise<void> {
    const message = await this.#next();
    if (message.kind === say.chunk) return controller.enqueue(message.value as never);
    this.#link.close();
    if (message.kind === say.fail) throw message.value;
    controller.close();
    if ("byobRequest" in controller) controller.byobRequest?.respond(0);
  }

  /** Has the other side cancel its stream. Throws what that throws. */
  async cancel(reason: unknown): Promise<void> {
    this.#cancelled.abort();
    try {
      await this.#link.tellFailure(reason);
      for (;;) {
        const message = await this.#link.receive();
        if (message.kind === say.end) return;
        if (message.kind === say.fail) throw message.value;
      }
    } catch (error) {
      // Nothing is left that could be cancelled.
      if (!(error instanceof EOFError)) throw error;
    } finally {
      this.#link.close();
    }
  }

  async #next(): Promise<Message> {
    for (;;) {
      if (this.#link.isEmpty) await this.#tellTaken();
      const message = await this.#receive();
      if (message.kind !== say.chunk) return message;
      this.#chunks++;
      this.#bytes += message.size;
      if (this.#chunks >= batchChunks || this.#bytes >= batchBytes) await this.#tellTaken();
      // A stream of bytes takes no chunk without any.
      if (!this.#isBytes || (message.value as Uint8Array).length > 0) return message;
    }
  }

  async #receive(): Promise<Message> {
    try {
      return await this.#link.receive(undefined, this.#cancelled.signal);
    } catch (error) {
      if (this.#cancelled.signal.aborted) throw error;
      const isLost = error instanceof EOFError;
      if (!isLost) await this.#link.tellFailure(error);
      this.#link.close();
      throw isLost
        ? new EOFError("Cannot read the stream as the child that it comes from has ended")
        : error;
    }
  }

  async #tellTaken(): Promise<void> {
    if (this.#chunks === 0) return;
    const [chunks, bytes] = [this.#chunks, this.#bytes];
    this.#chunks = this.#bytes = 0;
    await this.#link.tellTaken(chunks, bytes);
  }
}
