/**
 * Messages on a lane: each is a record that the codec wrote.
 *
 * @module
 * @internal
 */

import { Decoder } from "../codec/decoder.ts";
import { loadModule } from "../codec/modules.ts";
import { ModuleNeeded, type Trip } from "../codec/registry.ts";
import { TaskReferenceError } from "../errors.ts";
import { countdown, type WaitOptions } from "../memory/latch.ts";
import { joinLine } from "../sync/line.ts";
import { keep, type Lane } from "./lane.ts";

/** A message that was taken. */
export interface Taken<T> {
  readonly value: T;
}

/** Reads a message of so many bytes, whose first the decoder reads next. */
export type Read<T> = (decoder: Decoder, length: number) => T;

/**
 * Called before each attempt of a wait; what it throws ends the wait.
 *
 * @returns Whether there is nothing to wait for any more.
 */
export type Check = () => boolean;

/** Has the values of a message do what they do when it was sent, or was not. */
export function settleTrips(trips: readonly Trip[], isSent: boolean): void {
  for (const trip of trips) {
    if (isSent) trip.begin?.();
    else trip.drop();
  }
}

/** Reads a message that is one value. */
export const readValue: Read<unknown> = (decoder) => decoder.read();

/** A lane that carries messages. */
export class Messages {
  readonly lane: Lane;
  readonly #decoder: Decoder;
  /** What an error calls a message. */
  readonly #root: string;
  /** The module that the first message needs, if that is why it was not taken. */
  #needed: ModuleNeeded | undefined;
  /** Modules that were imported for a message, and why that failed, if it did. */
  readonly #imported = new Map<string, { readonly failure?: unknown }>();
  /** How many wait here to put and to take. */
  #putting = 0;
  #taking = 0;

  constructor(lane: Lane, root: string) {
    const { arena } = lane.block;
    this.lane = lane;
    this.#root = root;
    this.#decoder = new Decoder(arena.bytes);
  }

  /** Puts what was encoded if there is room, and nobody of this child waits to put before. */
  tryPut(encoded: Uint8Array): boolean {
    return this.#putting === 0 && this.lane.put(encoded);
  }

  /** Waits for room, and puts what was encoded: `false` once the time is over. */
  async put(encoded: Uint8Array, { timeout, signal }: WaitOptions, check: Check): Promise<boolean> {
    // The next message of this child is encoded into the same memory.
    const bytes = encoded.slice();
    const left = countdown(timeout);
    const attempt = () => check() || this.lane.put(bytes);
    const { place, leave } = joinLine(this.#lineOf("put"));
    this.#putting++;
    try {
      if (!await place.toFront({ timeout, signal })) return false;
      return await this.lane.drained.wait(attempt, { timeout: left(), signal });
    } finally {
      this.#putting--;
      leave();
    }
  }

  /** The same, with this thread blocked meanwhile. */
  putSync(encoded: Uint8Array, timeout: number | undefined, check: Check): boolean {
    return this.lane.drained.waitSync(() => check() || this.lane.put(encoded), timeout);
  }

  /**
   * Takes the first message if there is one, nobody of this child waits for it before, and it needs
   * no module that must be imported first.
   */
  tryTake<T>(read: Read<T>): Taken<T> | undefined {
    return this.#taking > 0 ? undefined : this.#take(read);
  }

  /**
   * The same.
   *
   * @throws {Error} If the message needs a module that must be imported first. It stays where it is.
   */
  takeNow<T>(read: Read<T>): Taken<T> | undefined {
    const taken = this.tryTake(read);
    if (taken === undefined) this.#checkLoaded();
    return taken;
  }

  /** Waits for a message, and takes it; `undefined` once the time is over, or there is nothing more. */
  async take<T>(
    read: Read<T>,
    { timeout, signal }: WaitOptions,
    check: Check,
  ): Promise<Taken<T> | undefined> {
    const left = countdown(timeout);
    let taken: Taken<T> | undefined;
    const attempt = () => {
      // Asked first: who has put the last message may be gone as soon as it is taken.
      const isOver = check();
      taken = this.#take(read);
      return taken !== undefined || this.#needed !== undefined || isOver;
    };
    const { place, leave } = joinLine(this.#lineOf("take"));
    this.#taking++;
    try {
      if (!await place.toFront({ timeout, signal })) return undefined;
      for (;;) {
        if (!await this.lane.filled.wait(attempt, { timeout: left(), signal })) return undefined;
        if (this.#needed === undefined) return taken;
        await this.#import(this.#needed.url);
      }
    } finally {
      this.#taking--;
      leave();
    }
  }

  /**
   * The same, with this thread blocked meanwhile.
   *
   * @throws {Error} If the message needs a module that must be imported first. It stays where it is.
   */
  takeSync<T>(read: Read<T>, timeout: number | undefined, check: Check): Taken<T> | undefined {
    let taken: Taken<T> | undefined;
    this.lane.filled.waitSync(() => {
      const isOver = check();
      taken = this.#take(read);
      this.#checkLoaded();
      return taken !== undefined || isOver;
    }, timeout);
    return taken;
  }

  #take<T>(read: Read<T>): Taken<T> | undefined {
    this.#needed = undefined;
    const taken = this.lane.take((position, length) => this.#read(read, position, length));
    return taken === keep ? undefined : taken;
  }

  #read<T>(read: Read<T>, position: number, length: number): Taken<T> | typeof keep {
    this.#decoder.position = position;
    try {
      return { value: read(this.#decoder, length) };
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      const imported = this.#imported.get(error.url);
      if (imported !== undefined) throw imported.failure ?? new TaskReferenceError(error.message);
      this.#needed = error;
      return keep;
    }
  }

  async #import(url: string): Promise<void> {
    try {
      await loadModule(url);
      this.#imported.set(url, {});
    } catch (failure) {
      // Thrown to whoever takes the message that needs it.
      this.#imported.set(url, { failure });
    }
  }

  #checkLoaded(): void {
    if (this.#needed === undefined) return;
    throw new Error(
      `Cannot take the ${this.#root} at once as its module must be imported first: ` +
        `import ${this.#needed.url}, or use the method that gives a promise`,
    );
  }

  #lineOf(action: string): string {
    return `${action} ${this.lane.key}`;
  }
}
