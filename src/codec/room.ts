/**
 * How much memory a message may take when it is decoded: little more than a small multiple of its
 * own bytes, whatever lengths it tells.
 *
 * @module
 * @internal
 */

import { isForeign, mayRunCode, type Origin } from "../code/origin.ts";
import { DecodeFailure } from "./failure.ts";
import * as tag from "./tags.ts";

/**
 * What a message of another program may reserve for buffers that can grow: so many bytes, and so
 * many for each of its own.
 */
const reservedAtLeast = 64 * 1024 * 1024;
const reservedForEach = 16;
/** What one such buffer counts at least, as the system keeps a place for each. */
const leastReserved = 64 * 1024;

/** The same for the objects of a message whose writer could not run code here anyway. */
const takenAtLeast = 64 * 1024 * 1024;
/** As much as small records take, which have a byte for each number. */
const takenForEach = 16;
/** What an object takes about, in bytes, on the engine where it takes most. */
const usualSize = 64;
const sizes: readonly (readonly [size: number, tags: readonly number[]])[] = [
  [224, [tag.MAP, tag.SET]],
  [320, [tag.BUFFER, tag.RESIZABLE_BUFFER, tag.VIEW, tag.WHOLE_VIEW, tag.PART_VIEW]],
  [512, [tag.REGEXP, tag.KIND]],
  [1024, [tag.ERROR]],
];
const sizeOf = new Uint16Array(256).fill(usualSize);
for (const [size, tags] of sizes) for (const each of tags) sizeOf[each] = size;
/** A table in place of elements, of an array with holes. */
const tableSize = 320;

/** The memory that a message may take. */
export class Room {
  readonly #isForeign: boolean;
  /** Whether objects are counted, too. */
  readonly isCounted: boolean;
  #elements = 0;
  #reserved = 0;
  #left = 0;

  /** `origin`: who wrote it. */
  constructor(origin: Origin) {
    this.#isForeign = isForeign(origin);
    this.isCounted = !mayRunCode(origin);
  }

  /** Begins a value of so many bytes, or fewer. */
  begin(bytes: number): void {
    this.#elements = bytes;
    this.#reserved = reservedAtLeast + bytes * reservedForEach;
    this.#left = takenAtLeast + bytes * takenForEach;
  }

  /**
   * @throws {DecodeFailure} If an object, by its tag, is one more than a message of its size may
   * hold.
   */
  takeObject(tag: number): void {
    this.#take(sizeOf[tag]!);
  }

  /** The same of an array that is kept as a table. */
  takeTable(): void {
    if (this.isCounted) this.#take(tableSize);
  }

  #take(size: number): void {
    this.#left -= size;
    if (this.#left < 0) throw new DecodeFailure("it holds more objects than its size allows");
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
