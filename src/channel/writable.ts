/**
 * A `WritableStream` in another child: this side writes to the stream what the other sends, which
 * has a stream that takes chunks.
 *
 * Each write, the close and the abort are answered when they are done: so they are done at the
 * other side no sooner, and fail there of what they fail of here.
 *
 * @module
 * @internal
 */

import { EOFError } from "../errors.ts";
import { idle } from "../memory/futex.ts";
import { ignore, type Message, say, stayAlive, type StreamLink } from "./stream_link.ts";

/** A stream that was sent, on the side that has it. It keeps the program alive until it is over. */
export class SentWritable {
  readonly #writer: WritableStreamDefaultWriter<unknown>;
  readonly #link: StreamLink;
  #isOver = false;
  #isAborting = false;

  constructor(writer: WritableStreamDefaultWriter<unknown>, link: StreamLink) {
    this.#writer = writer;
    this.#link = link;
  }

  /** Begins to write what comes. */
  begin(): void {
    this.#writer.closed.catch((reason) => {
      if (!this.#isAborting) void this.#fail(reason);
    });
    void this.#serve();
  }

  async #serve(): Promise<void> {
    try {
      // A write is not waited for here: an abort may come meanwhile.
      for (;;) this.#do(await this.#link.receive());
    } catch (error) {
      if (this.#isOver) return;
      // Nobody writes any more; or a chunk cannot be read here.
      const isLost = error instanceof EOFError;
      const reason = isLost ? new EOFError("Nobody is left to write to the stream") : error;
      this.#writer.abort(reason).catch(ignore);
      await this.#fail(reason);
    }
  }

  #do(message: Message): void {
    if (message.kind === say.chunk) void this.#answer(this.#writer.write(message.value));
    else if (message.kind === say.end) void this.#finish(this.#writer.close());
    else if (message.kind === say.fail) {
      this.#isAborting = true;
      void this.#finish(this.#writer.abort(message.value));
    }
  }

  async #answer(action: Promise<void>): Promise<boolean> {
    try {
      await action;
    } catch (error) {
      await this.#fail(error);
      return false;
    }
    await this.#link.tell(say.done);
    return true;
  }

  async #finish(action: Promise<void>): Promise<void> {
    if (!await this.#answer(action)) return;
    this.#isOver = true;
    this.#link.close();
  }

  async #fail(reason: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#link.tellFailure(reason);
    this.#link.close();
  }
}

/** The stream whose chunks the other side writes. What it is asked for keeps the program alive. */
export function receivedWritable(link: StreamLink): WritableStream<unknown> {
  const sink = new RemoteSink(link);
  collected.register(sink, link);
  void listen(link, new WeakRef(sink));
  return new WritableStream({
    start: (controller) => sink.start(controller),
    write: (chunk) => sink.write(chunk),
    close: () => sink.close(),
    abort: (reason) => sink.abort(reason),
  });
}

/** Closes the links of streams that were let go of. */
const collected = new FinalizationRegistry<StreamLink>((link) => link.close());

/** Hands a sink what the other side says, for as long as somebody has the sink. */
async function listen(link: StreamLink, sink: WeakRef<RemoteSink>): Promise<void> {
  try {
    for (;;) {
      const message = await link.receive(idle);
      if (!sink.deref()?.hears(message)) return;
    }
  } catch (error) {
    const reason = error instanceof EOFError
      ? new EOFError("Cannot write to the stream as the child that it leads to has ended")
      : error;
    sink.deref()?.fail(reason);
  } finally {
    link.close();
  }
}

/** Sinks that wait for an answer: nobody else may hold them. */
const busy = new Map<RemoteSink, () => void>();

class RemoteSink {
  readonly #link: StreamLink;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #controller: WritableStreamDefaultController | undefined;
  #failure: { readonly reason: unknown } | undefined;
  #aborted: Promise<void> | undefined;

  constructor(link: StreamLink) {
    this.#link = link;
  }

  start(controller: WritableStreamDefaultController): void {
    this.#controller = controller;
    // Node's types lack it.
    const { signal } = controller as unknown as { readonly signal: AbortSignal };
    // While a write is under way `abort` is called after its end, which may only come of the abort.
    signal.addEventListener("abort", () => {
      if (this.#waiting.length > 0) this.abort(signal.reason).catch(ignore);
    });
  }

  async write(chunk: unknown): Promise<void> {
    this.#check();
    try {
      this.#link.encodeChunk(chunk);
    } catch (error) {
      await this.#link.tellFailure(error);
      this.fail(error);
      throw error;
    }
    await this.#answerTo(this.#link.flush());
  }

  async close(): Promise<void> {
    this.#check();
    await this.#answerTo(this.#link.tell(say.end));
    this.#link.close();
  }

  abort(reason: unknown): Promise<void> {
    return this.#aborted ??= this.#abort(reason);
  }

  async #abort(reason: unknown): Promise<void> {
    if (this.#failure !== undefined) return;
    await this.#answerTo(this.#link.tellFailure(reason));
    this.#link.close();
  }

  /** Takes what the other side says. Gives whether it may say more. */
  hears({ kind, ...message }: Message): boolean {
    if (kind === say.done) this.#take()?.resolve();
    else if (kind === say.fail && "value" in message) this.fail(message.value);
    return this.#failure === undefined;
  }

  /** The stream is broken: what waits is rejected, and all that comes later. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    while (this.#waiting.length > 0) this.#take()!.reject(reason);
    this.#controller!.error(reason);
    this.#link.close();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** Waits for the answer to what is sent. */
  async #answerTo(sending: Promise<void>): Promise<void> {
    sending.catch((error) => this.fail(error));
    const answer = Promise.withResolvers<void>();
    if (this.#waiting.push(answer) === 1) busy.set(this, stayAlive());
    await answer.promise;
  }

  #take(): PromiseWithResolvers<void> | undefined {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) {
      busy.get(this)?.();
      busy.delete(this);
    }
    return first;
  }
}
