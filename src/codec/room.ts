/**
 * How much memory a message may take when it is decoded: little more than a small multiple of its
 * own bytes, whatever lengths it tells.
 *
 * @module
 * @internal
 */

import { DecodeFailure } from "./failure.ts";

/**
 * What a message of another program may reserve for buffers that can grow: so many bytes, and so
 * many for each of its own.
 */
const reservedAtLeast = 64 * 1024 * 1024;
const reservedForEach = 16;
/** What one such buffer counts at least, as the system keeps a place for each. */
const leastReserved = 64 * 1024;

/** The memory that a message may take. */
export class Room {
  readonly #isForeign: boolean;
  #elements = 0;
  #reserved = 0;

  /** `isForeign`: whether another program wrote it. */
  constructor(isForeign: boolean) {
    this.#isForeign = isForeign;
  }

  /** Begins a value of so many bytes, or fewer. */
  begin(bytes: number): void {
    this.#elements = bytes;
    this.#reserved = reservedAtLeast + bytes * reservedForEach;
  }

  /**
   * Whether an array may be made with so many elements at once: each takes a byte of the message,
   * or is a hole, of which there may be as many. All arrays of a value share that.
   */
  takeElements(count: number): boolean {
    if (count > this.#elements) return false;
    this.#elements -= count;
    return true;
  }

  /**
   * @throws {DecodeFailure} If a buffer that can grow would reserve more than a message of its size
   * may.
   */
  reserve(maxByteLength: number): void {
    if (!this.#isForeign) return;
    this.#reserved -= Math.max(maxByteLength, leastReserved);
    if (this.#reserved < 0) {
      throw new DecodeFailure("it holds buffers that could grow to more than its size allows");
    }
  }
}
