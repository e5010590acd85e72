/**
 * Bytes and the primitive values in them, as they are read.
 *
 * @module
 * @internal
 */

import * as tag from "./tags.ts";
import { intern } from "./intern.ts";
import { DecodeFailure } from "./failure.ts";

/**
 * A longer ASCII string is left to `TextDecoder`, whose call costs as much as a loop of this
 * length.
 */
const LOOP_LIMIT = 24;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** `fromCharCode` takes as many arguments as the stack has room for. */
const UTF16_CHUNK = 4096;

/**
 * Bytes and the primitive values in them. Every method throws `DecodeFailure` rather than read past
 * the end.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  position = 0;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * The same memory as `bytes`. Made when first asked for: many a small message has no use for it.
   */
  get view(): DataView {
    if (this.#view !== undefined) return this.#view;
    const { buffer, byteOffset, byteLength } = this.bytes;
    return this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Moves past `count` bytes and gives where they begin. */
  skip(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) throw new DecodeFailure("it ends too early");
    this.position = start + count;
    return start;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw new DecodeFailure("it ends too early");
    this.position++;
    return value;
  }

  uint(): number {
    let value = this.byte();
    if (value < 128) return value;
    value &= 127;
    for (let scale = 128;; scale *= 128) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (!Number.isSafeInteger(value)) throw new DecodeFailure("it holds a number out of range");
      if (next < 128) return value;
    }
  }

  /** A `uint` that counts things of at least one byte each, which therefore must be there. */
  count(): number {
    const count = this.uint();
    if (count > this.bytes.length - this.position) throw new DecodeFailure("it ends too early");
    return count;
  }

  float(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  integer(of: number): number {
    const { bytes } = this;
    if (of === tag.INT8) return bytes[this.skip(1)]! << 24 >> 24;
    if (of === tag.INT16) {
      const at = this.skip(2);
      return (bytes[at]! | bytes[at + 1]! << 8) << 16 >> 16;
    }
    return this.view.getInt32(this.skip(4), true);
  }

  bigint(of: number): bigint {
    if (of === tag.BIGINT64) return this.view.getBigInt64(this.skip(8), true);
    const negative = this.byte() === 1;
    const magnitude = BigInt(`0x${this.string()}`);
    return negative ? -magnitude : magnitude;
  }

  /** A string where nothing else can be. */
  string(): string {
    const first = this.byte();
    if (first >= tag.SHORT_ASCII && first < tag.SMALL_INT) {
      return this.ascii(first & tag.SHORT_ASCII_MAX);
    }
    if (first !== tag.UTF8 && first !== tag.UTF16) throw new DecodeFailure("it lacks a string");
    return this.longString(first);
  }

  /** A string that is likely to come again, such as a property's name. */
  key(): string {
    const first = this.bytes[this.position];
    if (first === undefined || first < tag.SHORT_ASCII || first >= tag.SMALL_INT) {
      return this.string();
    }
    const length = first & tag.SHORT_ASCII_MAX;
    this.position++;
    const start = this.skip(length);
    return intern(this.bytes, start, length);
  }

  ascii(length: number): string {
    const start = this.skip(length);
    const { bytes } = this;
    if (length > LOOP_LIMIT) return utf8.decode(bytes.subarray(start, start + length));
    let text = "";
    for (let i = start; i < start + length; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }

  longString(of: number): string {
    if (of === tag.UTF16) return this.#utf16(this.uint());
    const length = this.view.getUint32(this.skip(4), true);
    const start = this.skip(length);
    return utf8.decode(this.bytes.subarray(start, start + length));
  }

  #utf16(length: number): string {
    const start = this.skip(length * 2);
    const parts: string[] = [];
    for (let from = 0; from < length; from += UTF16_CHUNK) {
      const codes: number[] = [];
      for (let i = from; i < Math.min(length, from + UTF16_CHUNK); i++) {
        codes.push(this.view.getUint16(start + i * 2, true));
      }
      parts.push(String.fromCharCode(...codes));
    }
    return parts.join("");
  }
}
