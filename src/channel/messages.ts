/**
 * Values on a lane: each is a record that the codec wrote.
 *
 * @module
 * @internal
 */

import { Decoder } from "../codec/decoder.ts";
import { Encoder } from "../codec/encoder.ts";
import { loadModule } from "../codec/modules.ts";
import { ModuleNeeded } from "../codec/registry.ts";
import { TaskReferenceError } from "../errors.ts";
import { countdown, type WaitOptions } from "../memory/latch.ts";
import { joinLine } from "../sync/line.ts";
import { keep, type Lane } from "./lane.ts";

/** A value that was taken. */
export interface Taken<T> {
  readonly value: T;
}

/** A lane that carries values. */
export class Messages<T> {
  readonly lane: Lane;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  /** What an error calls a value that cannot travel. */
  readonly #root: string;
  /** The module that the first value needs, if that is why it was not taken. */
  #needed: ModuleNeeded | undefined;
  /** Modules that were imported for a value, and why that failed, if it did. */
  readonly #imported = new Map<string, { readonly failure?: unknown }>();
  /** How many wait here to put and to take. */
  #putting = 0;
  #taking = 0;

  constructor(lane: Lane, root: string) {
    const { arena } = lane.block;
    this.lane = lane;
    this.#root = root;
    this.#encoder = new Encoder({ channel: arena.method });
    this.#decoder = new Decoder(arena.bytes);
  }

  /**
   * The bytes of a value, which are there until the next is encoded.
   *
   * @throws {DOMException} A `DataCloneError` with the path to what cannot travel.
   */
  encode(value: unknown): Uint8Array {
    this.#encoder.truncate(0);
    this.#encoder.write(value, this.#root);
    return this.#encoder.view(0);
  }

  /** Puts what was encoded if there is room, and nobody of this child waits to put before. */
  tryPut(encoded: Uint8Array): boolean {
    return this.#putting === 0 && this.lane.put(encoded);
  }

  /** Waits for room, and puts what was encoded: `false` once the time is over. */
  async put(encoded: Uint8Array, { timeout, signal }: WaitOptions, check: Check): Promise<boolean> {
    // The next value of this child is encoded into the same memory.
    const bytes = encoded.slice();
    const left = countdown(timeout);
    const attempt = () => {
      check();
      return this.lane.put(bytes);
    };
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
    return this.lane.drained.waitSync(() => {
      check();
      return this.lane.put(encoded);
    }, timeout);
  }

  /**
   * Takes the first value if there is one, nobody of this child waits for it before, and it needs no
   * module that must be imported first.
   */
  tryTake(): Taken<T> | undefined {
    return this.#taking > 0 ? undefined : this.#take();
  }

  /**
   * The same.
   *
   * @throws {Error} If the value needs a module that must be imported first. It stays where it is.
   */
  takeNow(): Taken<T> | undefined {
    const taken = this.tryTake();
    if (taken === undefined) this.#checkLoaded();
    return taken;
  }

  /** Waits for a value, and takes it; `undefined` once the time is over. */
  async take({ timeout, signal }: WaitOptions, check: Check): Promise<Taken<T> | undefined> {
    const left = countdown(timeout);
    let taken: Taken<T> | undefined;
    const attempt = () => {
      check();
      taken = this.#take();
      return taken !== undefined || this.#needed !== undefined;
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
   * @throws {Error} If the value needs a module that is not loaded here. It stays where it is.
   */
  takeSync(timeout: number | undefined, check: Check): Taken<T> | undefined {
    let taken: Taken<T> | undefined;
    this.lane.filled.waitSync(() => {
      check();
      taken = this.#take();
      this.#checkLoaded();
      return taken !== undefined;
    }, timeout);
    return taken;
  }

  #take(): Taken<T> | undefined {
    this.#needed = undefined;
    const taken = this.lane.take(this.#read);
    return taken === keep ? undefined : taken;
  }

  readonly #read = (position: number): Taken<T> | typeof keep => {
    this.#decoder.position = position;
    try {
      return { value: this.#decoder.read() as T };
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      const imported = this.#imported.get(error.url);
      if (imported !== undefined) throw imported.failure ?? new TaskReferenceError(error.message);
      this.#needed = error;
      return keep;
    }
  };

  async #import(url: string): Promise<void> {
    try {
      await loadModule(url);
      this.#imported.set(url, {});
    } catch (failure) {
      // Thrown to whoever takes the value that needs it.
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
    const { arena, address } = this.lane.block;
    return `${action} ${arena.method} ${address}`;
  }
}

/** Called before each attempt of a wait; what it throws ends the wait. */
type Check = () => void;
