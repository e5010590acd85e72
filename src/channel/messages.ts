/**
 * Messages on a record queue: each is a record that the codec wrote.
 *
 * @module
 * @internal
 */

import { Decoder } from "../codec/decoder.ts";
import { loadNeeded } from "../code/load_module.ts";
import type { DeliveryHooks } from "../codec/extension.ts";
import { ModuleNeeded } from "../code/module_needed.ts";
import { TaskReferenceError } from "../errors.ts";
import type { Origin } from "../code/origin.ts";
import type { Futex, WaitPolicy } from "../memory/futex.ts";
import { countdown, Latch, type WaitOptions } from "../wait/latch.ts";
import { pause } from "../memory/sleep.ts";
import { joinLocalQueue } from "../wait/local_queue.ts";
import { Kept, type RecordQueue } from "./record_queue.ts";

/** A message that was taken. */
export interface TakenMessage<T> {
  readonly value: T;
}

/** What a look at the first message gives; `Kept` if a module must be imported for it first. */
type FirstMessage<T> = TakenMessage<T> | Kept<ModuleNeeded> | undefined;

/** How often to look whether a wait for a module is over, in milliseconds. */
const lookEvery = 50;

/** How many looks are made before a wait begins. */
const soon = 40;

/** Reads a message of so many bytes, whose first the decoder reads next. */
export type ReadMessage<T> = (decoder: Decoder, length: number) => T;

/**
 * Called before each attempt of a wait; what it throws ends the wait.
 *
 * @returns Whether there is nothing to wait for any more.
 */
export type Check = () => boolean;

/** Has the values of a message do what they do when it was sent, or was not. */
export function settleDelivery(hooks: readonly DeliveryHooks[], isSent: boolean): void {
  for (const hook of hooks) {
    if (isSent) hook.sent?.();
    else hook.dropped();
  }
}

/** Reads a message that is one value. */
export const readValue: ReadMessage<unknown> = (decoder) => decoder.read();

/** A put that may have to wait: for room in the record queue, or for memory, by turns. */
class PutAttempt {
  readonly #records: RecordQueue;
  readonly #bytes: Uint8Array;
  readonly #check: Check;
  /** Woken when the next attempt may succeed. */
  awaited: Futex;
  /** Whether it is put, or there is nothing to wait for any more. */
  isOver = false;

  constructor(records: RecordQueue, bytes: Uint8Array, check: Check) {
    this.#records = records;
    this.#bytes = bytes;
    this.#check = check;
    this.awaited = records.awaited;
  }

  /** Tries it. Gives whether the wait is over, or is one for something else from here on. */
  readonly make = (): boolean => {
    this.isOver = this.#check() || this.#records.put(this.#bytes);
    if (this.isOver) return true;
    const before = this.awaited;
    this.awaited = this.#records.awaited;
    return this.awaited !== before;
  };
}

/** A record queue that carries messages. */
export class Messages {
  readonly records: RecordQueue;
  readonly #decoder: Decoder;
  /** What an error calls a message. */
  readonly #root: string;
  /** Modules that were imported for a message, and why that failed, if it did. */
  readonly #imported = new Map<string, { readonly failure?: unknown }>();
  /** How many wait here to put and to take. */
  #putting = 0;
  #taking = 0;

  readonly #origin: Origin;

  /** `origin`: who puts messages there, if that is not this program. */
  constructor(records: RecordQueue, root: string, origin: Origin = "program") {
    const { arena } = records.block;
    this.#origin = origin;
    this.records = records;
    this.#root = root;
    this.#decoder = new Decoder(arena.bytes, [], origin);
  }

  /** Puts what was encoded if there is room, and nobody of this child waits to put before. */
  tryPut(encoded: Uint8Array, length?: number): boolean {
    return this.#putting === 0 && this.records.put(encoded, length);
  }

  /** Waits for room, and puts what was encoded: `false` once the time is over. */
  async put(encoded: Uint8Array, { timeout, signal }: WaitOptions, check: Check): Promise<boolean> {
    // The next message of this child is encoded into the same memory.
    const bytes = encoded.slice();
    const left = countdown(timeout);
    const { waiter, leave } = joinLocalQueue(this.#localQueueKey("put"));
    this.#putting++;
    try {
      if (!await waiter.toFront({ timeout, signal })) return false;
      const attempt = new PutAttempt(this.records, bytes, check);
      while (await attempt.awaited.wait(attempt.make, { timeout: left(), signal })) {
        if (attempt.isOver) return true;
      }
      return false;
    } finally {
      this.#putting--;
      leave();
    }
  }

  /** The same, with this thread blocked meanwhile. */
  putSync(encoded: Uint8Array, timeout: number | undefined, check: Check): boolean {
    const left = countdown(timeout);
    const attempt = new PutAttempt(this.records, encoded, check);
    while (attempt.awaited.waitSync(attempt.make, left())) {
      if (attempt.isOver) return true;
    }
    return false;
  }

  /**
   * Takes the first message if there is one, nobody of this child waits for it before, and it needs
   * no module that must be imported first. It looks several times: a wait costs as much as many
   * looks.
   */
  trySoon<T>(read: ReadMessage<T>): TakenMessage<T> | undefined {
    if (this.#taking > 0) return undefined;
    let taken = this.#take(read);
    for (let look = 0; taken === undefined && look < soon; look++) {
      pause();
      if (!this.records.isEmpty) taken = this.#take(read);
    }
    return taken instanceof Kept ? undefined : taken;
  }

  /**
   * Takes the first message if there is one, and nobody of this child waits for it before.
   *
   * @throws {Error} If the message needs a module that must be imported first. It stays where it
   * is.
   */
  takeNow<T>(read: ReadMessage<T>): TakenMessage<T> | undefined {
    return this.#taking > 0 ? undefined : this.#atOnce(this.#take(read));
  }

  /**
   * Waits for a message, and takes it; `undefined` once the time is over, or there is nothing more.
   */
  async take<T>(
    read: ReadMessage<T>,
    { timeout, signal }: WaitOptions,
    check: Check,
    policy?: WaitPolicy,
  ): Promise<TakenMessage<T> | undefined> {
    const left = countdown(timeout);
    const { waiter, leave } = joinLocalQueue(this.#localQueueKey("take"));
    this.#taking++;
    try {
      if (!await waiter.toFront({ timeout, signal })) return undefined;
      for (;;) {
        const taken = await this.#takeOne(read, { timeout: left(), signal }, check, policy);
        if (!(taken instanceof Kept)) return taken;
        const options = { timeout: left(), signal };
        if (!await this.#import(taken.reason, options, check)) return undefined;
      }
    } finally {
      this.#taking--;
      leave();
    }
  }

  async #takeOne<T>(
    read: ReadMessage<T>,
    options: WaitOptions,
    check: Check,
    policy: WaitPolicy | undefined,
  ): Promise<FirstMessage<T>> {
    let found: FirstMessage<T>;
    const attempt = () => {
      // Asked first: who has put the last message may be gone as soon as it is taken.
      const isOver = check();
      found = this.#take(read);
      return found !== undefined || isOver;
    };
    await this.records.filled.wait(attempt, options, policy);
    return found;
  }

  /**
   * The same, with this thread blocked meanwhile.
   *
   * @throws {Error} If the message needs a module that must be imported first. It stays where it
   * is.
   */
  takeSync<T>(
    read: ReadMessage<T>,
    timeout: number | undefined,
    check: Check,
  ): TakenMessage<T> | undefined {
    let taken: TakenMessage<T> | undefined;
    this.records.filled.waitSync(() => {
      const isOver = check();
      taken = this.#atOnce(this.#take(read));
      return taken !== undefined || isOver;
    }, timeout);
    return taken;
  }

  #take<T>(read: ReadMessage<T>): FirstMessage<T> {
    return this.records.take((position, length) => this.#read(read, position, length));
  }

  #read<T>(
    read: ReadMessage<T>,
    position: number,
    length: number,
  ): TakenMessage<T> | Kept<ModuleNeeded> {
    this.#decoder.restart(position);
    try {
      return { value: read(this.#decoder, length) };
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      const imported = this.#imported.get(error.url);
      if (imported !== undefined) throw imported.failure ?? new TaskReferenceError(error.message);
      return new Kept(error);
    } finally {
      // Not to hold what the message held.
      this.#decoder.restart(0);
    }
  }

  /** Imports a module: `false` once the time is over. */
  async #import(
    needed: ModuleNeeded,
    { timeout, signal }: WaitOptions,
    check: Check,
  ): Promise<boolean> {
    const { url } = needed;
    const done = new Latch();
    void loadNeeded(needed, this.#origin)
      .then(() => this.#imported.set(url, {}))
      // Thrown to whoever takes the message that needs it.
      .catch((failure) => this.#imported.set(url, { failure }))
      .finally(() => done.open());
    const left = countdown(timeout ?? Infinity);
    while (!await done.wait({ timeout: Math.min(left(), lookEvery), signal })) {
      check();
      if (left() <= 0) return false;
    }
    return true;
  }

  #atOnce<T>(found: FirstMessage<T>): TakenMessage<T> | undefined {
    if (!(found instanceof Kept)) return found;
    throw new Error(
      `Cannot take the ${this.#root} at once as its module must be imported first: ` +
        `import ${found.reason.url}, or use the method that gives a promise`,
    );
  }

  #localQueueKey(action: string): string {
    return `${action} ${this.records.key}`;
  }
}
