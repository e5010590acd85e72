/**
 * One end of a connection to another program.
 *
 * @module
 * @internal
 */

import { Decoder } from "../codec/decoder.ts";
import { loadNeeded } from "../code/load_module.ts";
import { ModuleNeeded } from "../code/module_needed.ts";
import type { Origin } from "../code/origin.ts";
import { TaskReferenceError } from "../errors.ts";
import type { WaitPolicy } from "../memory/futex.ts";
import { countdown, type WaitOptions } from "../wait/latch.ts";
import { LocalWaitQueue } from "../wait/local_queue.ts";
import type { ConnectionEnd, TakeOptions } from "./end.ts";
import { headSize, tooLong } from "./message_format.ts";
import type { ReadMessage, TakenMessage } from "./messages.ts";
import type { Wire } from "./wire.ts";

/** Closes connections that were collected. */
const collected = new FinalizationRegistry<Wire>((wire) => wire.close());

/** One end of a connection to another program, which knows nothing of this program's memory. */
export class SocketEnd implements ConnectionEnd {
  readonly channel: undefined;
  readonly carrier: undefined;
  readonly canRead: boolean = true;
  readonly canWrite: boolean = true;
  readonly #wire: Wire;
  /** By what the other side has proven: whether it may name modules to be imported. */
  readonly origin: Origin;
  readonly #takers = new LocalWaitQueue();
  /** Why it cannot be used any more. */
  #gone: string | undefined;

  constructor(wire: Wire, origin: Origin) {
    this.#wire = wire;
    this.origin = origin;
    collected.register(this, wire, this);
  }

  get unread(): number {
    return 0;
  }

  async put(bytes: Uint8Array, options: WaitOptions = {}): Promise<boolean> {
    this.#check("send");
    try {
      return await this.#wire.put(bytes, options, this.#checkOut);
    } catch (error) {
      this.#check("send");
      throw error;
    }
  }

  putSync(): never {
    return refuse("send");
  }

  async take<T>(
    read: ReadMessage<T>,
    { timeout, signal, maxLength }: TakeOptions,
    policy?: WaitPolicy,
  ): Promise<TakenMessage<T> | undefined> {
    const left = countdown(timeout);
    const place = this.#takers.join();
    try {
      if (!await place.toFront({ timeout, signal })) return undefined;
      const most = (maxLength ?? Infinity) + headSize;
      const wait = { timeout: left(), signal, maxLength: most };
      if (!await this.#wire.ready(wait, this.#checkIn, policy?.isIdle)) return undefined;
      const message = this.#wire.first;
      if (message === undefined && this.#wire.firstSize > most) {
        this.#wire.deafen();
        // What gives a limit knows this: see `readUpTo`.
        return { value: tooLong as T };
      }
      if (message === undefined) throw this.#wire.ending;
      return await this.#read(read, message, signal);
    } finally {
      place.leave();
    }
  }

  takeSync(): never {
    return refuse("receive");
  }

  async poll(options: WaitOptions): Promise<boolean> {
    return await this.#wire.ready(options, this.#checkIn);
  }

  pollSync(): never {
    return refuse("poll");
  }

  close(): void {
    if (this.#gone !== undefined) return;
    this.#leave("is closed");
    this.#wire.close();
  }

  /** Whether it was handed on. */
  get isGivenAway(): boolean {
    return this.#gone === givenAway;
  }

  /** Gives what this end was to another one, and leaves this one of no use. */
  handOn(): SocketEnd {
    this.#leave(givenAway);
    this.#wire.stir();
    return new SocketEnd(this.#wire, this.origin);
  }

  #leave(why: string): void {
    this.#gone = why;
    collected.unregister(this);
  }

  /**
   * Reads the first message, and takes it, unless the signal is aborted before its modules are
   * there.
   */
  async #read<T>(
    read: ReadMessage<T>,
    message: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<TakenMessage<T>> {
    const decoder = new Decoder(message, [], this.origin);
    const imported = new Set<string>();
    let isTaken = true;
    try {
      for (;;) {
        try {
          decoder.position = 0;
          return { value: read(decoder, message.length) };
        } catch (error) {
          if (!(error instanceof ModuleNeeded)) throw error;
          await this.#import(error, imported);
        }
        isTaken = false;
        this.#checkIn();
        signal?.throwIfAborted();
        isTaken = true;
      }
    } finally {
      if (isTaken) this.#wire.shift();
    }
  }

  async #import(needed: ModuleNeeded, imported: Set<string>): Promise<void> {
    if (imported.has(needed.url)) throw new TaskReferenceError(needed.message);
    await loadNeeded(needed, this.origin);
    imported.add(needed.url);
  }

  readonly #checkIn = (): void => this.#check("receive");
  readonly #checkOut = (): void => this.#check("send");

  #check(action: string): void {
    if (this.#gone !== undefined) {
      throw new Error(`Cannot ${action} as this connection ${this.#gone}`);
    }
  }
}

const givenAway = "was given to a child";

function refuse(action: string): never {
  throw new Error(
    `Cannot ${action} with this thread blocked as the connection leads to another program: ` +
      "use the method that gives a promise",
  );
}
