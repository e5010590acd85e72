/**
 * The way out of the codec: a message, read value by value.
 *
 * @module
 * @internal
 */

import { ByteReader } from "./byte_reader.ts";
import { LENGTH_SIZE } from "./encoder.ts";
import { DecodeFailure } from "./failure.ts";
import type { Origin } from "../code/origin.ts";
import { ModuleNeeded } from "../code/module_needed.ts";
import { ValueReader } from "./value_reader.ts";

/** Decodes what an `Encoder` wrote, in the same order. */
export class Decoder {
  readonly #input: ByteReader;
  readonly #reader: ValueReader;

  /**
   * `origin`: who wrote it, by what it may do here. `peer`: the same, for kinds that know them.
   */
  constructor(
    bytes: Uint8Array,
    attachments: readonly unknown[] = [],
    origin: Origin = "program",
    peer?: unknown,
  ) {
    this.#input = new ByteReader(bytes);
    this.#reader = new ValueReader(this.#input, attachments, origin, peer);
  }

  /** Who wrote it, by what it may do here. */
  get origin(): Origin {
    return this.#reader.origin;
  }

  /** Whether all was read. */
  get done(): boolean {
    return this.#input.remaining === 0;
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#input.position;
  }

  set position(position: number) {
    if (!Number.isSafeInteger(position) || position < 0 || position > this.#input.bytes.length) {
      throw new RangeError(`Cannot read from ${position}`);
    }
    this.#input.position = position;
  }

  /** Begins another message, at a position in the same memory. */
  restart(position: number): void {
    this.position = position;
    this.#reader.forget();
  }

  /** Reads a number that `writeUint` wrote. */
  readUint(): number {
    return this.#input.uint();
  }

  /** Reads a number that `writeFloat` wrote. */
  readFloat(): number {
    return this.#input.float();
  }

  /** Reads bytes that `writeBytes` wrote; a copy, in memory of their own. */
  readBytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const at = this.#input.skip(length);
    bytes.set(this.#input.bytes.subarray(at, at + length));
    return bytes;
  }

  /** Reads the length of a record, and gives the position behind it. */
  readSized(): number {
    const at = this.#input.skip(LENGTH_SIZE);
    const end = this.#input.position + this.#input.view.getUint32(at, true);
    if (end > this.#input.bytes.length) throw new DecodeFailure("it ends too early");
    return end;
  }

  /**
   * Reads a value. If it throws, `position` is as before, and the value can be read again.
   *
   * @throws {ModuleNeeded} If it names something of a module that is not loaded here.
   * @throws {Error} If the bytes are no value; and whatever a kind throws.
   */
  read(): unknown {
    const start = this.#input.position;
    const reader = this.#reader;
    try {
      return reader.root();
    } catch (error) {
      this.#input.position = start;
      if (error instanceof ModuleNeeded || error instanceof DecodeFailure) throw error;
      if (error === reader.thrownByKind) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new DecodeFailure(`it does not make sense (${reason})`, { cause: error });
    }
  }
}
