/**
 * What a pool's worker has begun and finished, written where it outlives the worker. When the
 * worker dies, however suddenly, its parent reads which task it was running, and the outcomes
 * that were not sent yet. So a worker may run many small tasks before it sends a message, and its
 * death still costs the running task alone.
 *
 * The journal is also how work is taken back from a busy worker without asking it. A task that is
 * sent ahead carries a lease, a time. The worker first writes that it begins the task, then looks
 * at the clock, and does not run it once the lease has passed. The parent waits for the lease to
 * pass, then reads the journal: what is not written there as begun will not be run. (Peterson's
 * argument, with the clock in the place of the other side's flag.)
 *
 * A record is a serial number, the slot of the task that begins (its place in the order in which
 * the worker was sent tasks), an outcome's length, the outcome's bytes, and the serial number
 * again. Serial numbers rise by one: what follows the last record, or was cut short by death, does
 * not continue the count. They and the slots are floats of 64 bits, which no worker counts to the
 * end of.
 *
 * @module
 * @internal
 */

import type { Scratch } from "../runtime/scratch.ts";

/** Bytes of scratch that a worker is given. */
export const journalSize: number = 64 * 1024;

const slotAt = 8;
const lengthAt = 16;
const headerSize = 20;
const trailerSize = 8;
/** The last word is not used: the scratch keeps it for itself. */
const limit = journalSize - 4;

/** The worker's side. */
export class JournalWriter {
  readonly #scratch: Scratch;
  readonly #buffer = new Uint8Array(journalSize);
  readonly #view = new DataView(this.#buffer.buffer);
  #serial: number;
  #offset = 0;

  /** `serial` is the last number that was used. */
  constructor(scratch: Scratch, serial: number = 0) {
    this.#scratch = scratch;
    this.#serial = serial;
  }

  /** Whether nobody reads it any more. */
  get isRevoked(): boolean {
    return this.#scratch.isRevoked;
  }

  /** Begins anew: everything before was sent, or never will be. */
  restart(slot: number): void {
    this.#offset = 0;
    this.append(slot, undefined);
  }

  /**
   * Notes an outcome, and that the next begins; `false`, and nothing noted, if there is no room.
   */
  append(slot: number, outcome: Uint8Array | undefined): boolean {
    const length = outcome?.length ?? 0;
    const size = headerSize + length + trailerSize;
    if (this.#offset + size > limit) return false;
    const serial = ++this.#serial;
    this.#view.setFloat64(0, serial);
    this.#view.setFloat64(slotAt, slot);
    this.#view.setUint32(lengthAt, length);
    if (outcome !== undefined) this.#buffer.set(outcome, headerSize);
    this.#view.setFloat64(headerSize + length, serial);
    // One write, in ascending order: a record whose end is there is there whole.
    this.#scratch.write(this.#offset, this.#buffer.subarray(0, size));
    this.#offset += size;
    return true;
  }
}

/** What a journal says. */
export interface JournalEntries {
  /** The slot of the task that began last, which tells of those before it; 0 if none is noted. */
  readonly begun: number;
  /** Outcomes, some of which may have been sent as well. */
  readonly outcomes: readonly Uint8Array[];
}

/** What a journal's bytes say. */
export function parseJournal(bytes: Uint8Array): JournalEntries {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const outcomes: Uint8Array[] = [];
  let begun = 0;
  let offset = 0;
  for (let serial = 0; offset + headerSize + trailerSize <= bytes.length;) {
    const next = view.getFloat64(offset);
    const end = offset + headerSize + view.getUint32(offset + lengthAt);
    const continues = serial === 0 ? next > 0 : next === serial + 1;
    if (!continues || end + trailerSize > bytes.length || view.getFloat64(end) !== next) break;
    // One that is being noted right now may show what an earlier record had there: a lower slot.
    begun = Math.max(begun, view.getFloat64(offset + slotAt));
    if (end > offset + headerSize) outcomes.push(bytes.subarray(offset + headerSize, end));
    serial = next;
    offset = end + trailerSize;
  }
  return { begun, outcomes };
}

/** The journal of a worker, as its parent reads it. */
export class JournalReader {
  readonly #scratch: Scratch;
  #before: Uint8Array | undefined;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** All that is there. Of a living worker the last record may be half written. */
  read(): JournalEntries {
    return parseJournal(this.#scratch.read(0, limit));
  }

  /**
   * What was there at the last call as well, milliseconds ago: whatever wrote it is long done with
   * it, so its outcomes can be believed while the worker lives.
   */
  readSettled(): JournalEntries {
    const bytes = this.#scratch.read(0, limit);
    const before = this.#before ?? new Uint8Array();
    this.#before = bytes;
    let same = 0;
    while (same < before.length && before[same] === bytes[same]) same++;
    return parseJournal(bytes.subarray(0, same));
  }

  /** Reads for the last time: what the worker begins from here on, it does not run. */
  readLast(): JournalEntries {
    this.#scratch.revoke();
    return this.read();
  }

  close(): void {
    this.#scratch.close();
  }
}
