/**
 * Bytes and the primitive values in them, as they are written.
 *
 * @module
 * @internal
 */

import * as tag from "./tags.ts";

/** Below it the buffer is kept from one message to the next. */
const KEPT_CAPACITY = 1 << 22;
const FIRST_CAPACITY = 1 << 10;
/** A longer string is left to `TextEncoder`, whose call costs as much as a loop of this length. */
const LOOP_LIMIT = tag.SHORT_ASCII_MAX;

/** The tag and the length of a string of UTF-8 take as much. */
export const TEXT_HEAD = 5;
/** The tag and the length of a string of UTF-16 take no more. */
const UTF16_HEAD = 16;

const utf8 = new TextEncoder();

/** A growing buffer and the primitive values in it. */
export class ByteWriter {
  /** What holds the bytes; only those before `position` are written. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_CAPACITY);
  /** The same memory as `bytes`. */
  view: DataView = new DataView(this.bytes.buffer);
  position = 0;

  /** Makes room for `count` more bytes. `bytes` and `view` may be others afterwards. */
  reserve(count: number): void {
    if (this.position + count > this.bytes.length) this.#grow(count);
  }

  byte(value: number): void {
    if (this.position >= this.bytes.length) this.#grow(1);
    this.bytes[this.position++] = value;
  }

  uint(value: number): void {
    this.reserve(8);
    // Shifts work on 32 bits, so the high part of a large number is divided off first.
    while (value > 0x7fffffff) {
      this.bytes[this.position++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    while (value > 127) {
      this.bytes[this.position++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.bytes[this.position++] = value;
  }

  number(value: number): void {
    this.reserve(9);
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) this.#integer(value);
    else {
      this.bytes[this.position] = tag.FLOAT64;
      this.view.setFloat64(this.position + 1, value, true);
      this.position += 9;
    }
  }

  float(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.reserve(9);
      this.bytes[this.position] = tag.BIGINT64;
      this.view.setBigInt64(this.position + 1, value, true);
      this.position += 9;
    } else {
      this.byte(tag.BIGINT);
      this.byte(value < 0n ? 1 : 0);
      this.string((value < 0n ? -value : value).toString(16));
    }
  }

  string(value: string): void {
    const length = value.length;
    if (length > LOOP_LIMIT || !this.#shortAscii(value, length)) this.#longString(value, length);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Starts anew: what is written is let go of, and the memory of a large message, too. */
  restart(): void {
    this.position = 0;
    if (this.bytes.length > KEPT_CAPACITY) this.#allocate(FIRST_CAPACITY);
  }

  /** Hands out what is written, in memory of its own, and starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.position);
    this.restart();
    return taken;
  }

  #integer(value: number): void {
    const { bytes, position } = this;
    if (value >= 0 && value < 128) {
      bytes[position] = tag.SMALL_INT | value;
      this.position = position + 1;
    } else if (value >= -128 && value < 0) {
      bytes[position] = tag.INT8;
      bytes[position + 1] = value;
      this.position = position + 2;
    } else if (value >= -0x8000 && value < 0x8000) {
      bytes[position] = tag.INT16;
      bytes[position + 1] = value;
      bytes[position + 2] = value >> 8;
      this.position = position + 3;
    } else {
      bytes[position] = tag.INT32;
      this.view.setInt32(position + 1, value, true);
      this.position = position + 5;
    }
  }

  #shortAscii(value: string, length: number): boolean {
    this.reserve(length + 1);
    const { bytes } = this;
    let position = this.position;
    bytes[position++] = tag.SHORT_ASCII | length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[position++] = code;
    }
    this.position = position;
    return true;
  }

  #longString(value: string, length: number): void {
    if (!value.isWellFormed()) return this.#utf16(value, length);
    this.reserve(length + TEXT_HEAD);
    const start = this.position + TEXT_HEAD;
    const { read, written } = utf8.encodeInto(value, this.bytes.subarray(start));
    let end = start + written;
    if (read < length) {
      // Not ASCII: a character of UTF-16 takes three bytes at most.
      this.reserve(end - this.position + (length - read) * 3);
      end += utf8.encodeInto(value.slice(read), this.bytes.subarray(end)).written;
    }
    this.position = end;
    this.endText(start);
  }

  /** Ends a string of UTF-8 whose text begins at `start`, `TEXT_HEAD` bytes behind the string. */
  endText(start: number): void {
    this.bytes[start - TEXT_HEAD] = tag.UTF8;
    this.view.setUint32(start - TEXT_HEAD + 1, this.position - start, true);
  }

  /** A lone surrogate has no UTF-8. */
  #utf16(value: string, length: number): void {
    // All at once: where there is no memory for the string, nothing of it is written.
    this.reserve(UTF16_HEAD + length * 2);
    this.byte(tag.UTF16);
    this.uint(length);
    const { view } = this;
    let position = this.position;
    for (let i = 0; i < length; i++, position += 2) {
      view.setUint16(position, value.charCodeAt(i), true);
    }
    this.position = position;
  }

  #grow(count: number): void {
    const old = this.bytes;
    this.#allocate(Math.max(old.length * 2, this.position + count));
    // A string that is only half written stands behind `position`.
    this.bytes.set(old);
  }

  #allocate(capacity: number): void {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }
}
