/**
 * The memory behind views. A view travels with the bytes that it shows, not with all the memory
 * that happens to lie around them: a `Buffer` is often a few bytes of a pool that many share.
 *
 * Which bytes of a buffer a message shows is known only at the end of a value, so the bytes stand
 * there, and the first view of a buffer says where:
 *
 *     view tag · class · buffer · (distance to its memory, if it is the buffer's first) · offset ·
 *     length + 1 memory count · piece* piece first shown byte · bytes before that · length ·
 *     (maximum length + 1 or 0) · count · run* run offset in the piece · length · bytes
 *
 * @module
 * @internal
 */

import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { DecodeFailure } from "./failure.ts";
import { ObjectNumbers } from "./identity.ts";
import type { Room } from "./room.ts";
import { BUFFER } from "./tags.ts";

/**
 * From here on bytes are worth some more in front of them, so that they are copied word by word.
 */
const alignedSize = 64;
/** How many bytes tell the distance from a buffer's first view to its memory. */
const DISTANCE_SIZE = 4;
/**
 * A buffer stays one as long as its span is at most so many times the bytes that are shown of it.
 */
const SPARSE = 2;

/**
 * Writes bytes where a word begins: V8 copies bytes out of shared memory one by one, which takes
 * nine times as long, unless words come to lie on words.
 */
export function writeAligned(out: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length >= alignedSize) {
    out.reserve(8);
    const padding = -(out.position + 1) & 7;
    out.byte(padding);
    out.position += padding;
  }
  out.raw(bytes);
}

/** The bytes that `writeAligned` wrote, where they stand. */
export function readAligned(input: ByteReader, length: number): Uint8Array {
  if (length >= alignedSize) input.skip(input.byte());
  const start = input.skip(length);
  return input.bytes.subarray(start, start + length);
}

/** The bytes of a buffer from `start` to `end`. */
interface Run {
  readonly start: number;
  end: number;
}

/** What a message shows of a buffer. */
interface Shown extends Run {
  readonly buffer: number;
  /** At a multiple of what the view begins. */
  readonly align: number;
}

/** A part of a buffer that becomes a buffer of its own. */
interface Piece {
  readonly runs: Run[];
  align: number;
}

/** A state to which the memory can go back. */
export interface MemoryMark {
  readonly buffers: number;
  readonly shown: number;
}

/**
 * What the value that is being encoded shows of buffers that do not travel as values of their own.
 */
export class ViewedMemory {
  readonly #buffers: ArrayBuffer[] = [];
  readonly #numbers = new ObjectNumbers();
  readonly #shown: Shown[] = [];
  /** Where the first view of each buffer leaves room for the distance. */
  readonly #distances: number[] = [];

  /** Whether views of a buffer were met. */
  has(buffer: object): boolean {
    return this.#buffers.length > 0 && this.#numbers.has(buffer);
  }

  /** Notes what is shown of a buffer, and writes which buffer that is. */
  show(out: ByteWriter, buffer: ArrayBuffer, start: number, length: number, align: number): void {
    const known = this.#numbers.meet(buffer);
    const number = known < 0 ? this.#buffers.push(buffer) - 1 : known;
    this.#shown.push({ buffer: number, start, end: start + length, align });
    out.uint(number);
    if (known >= 0) return;
    out.reserve(DISTANCE_SIZE);
    this.#distances[number] = out.position;
    out.position += DISTANCE_SIZE;
  }

  mark(): MemoryMark {
    return { buffers: this.#buffers.length, shown: this.#shown.length };
  }

  rollback({ buffers, shown }: MemoryMark): void {
    this.#shown.length = shown;
    if (this.#buffers.length === buffers) return;
    this.#buffers.length = buffers;
    this.#numbers.rollback(buffers);
  }

  /**
   * Writes all that is shown. `refuse` makes the error for a buffer that a getter has changed
   * meanwhile.
   */
  flush(out: ByteWriter, refuse: (reason: string) => Error): void {
    if (this.#buffers.length === 0) return;
    const shown: Shown[][] = this.#buffers.map(() => []);
    for (const item of this.#shown) shown[item.buffer]!.push(item);
    this.#buffers.forEach((buffer, number) => {
      const pieces = piecesOf(shown[number]!, buffer);
      const last = pieces.at(-1)!.runs.at(-1)!;
      if (buffer.detached || last.end > buffer.byteLength) {
        throw refuse("holds a view whose buffer was changed while the value was encoded");
      }
      const at = this.#distances[number]!;
      out.view.setUint32(at, out.position - at, true);
      out.uint(pieces.length);
      for (const piece of pieces) writePiece(out, buffer, piece);
    });
  }
}

/** Cuts what is shown of a buffer into pieces: views that share bytes share them in one piece. */
function piecesOf(shown: Shown[], buffer: ArrayBuffer): readonly Piece[] {
  if (shown.length > 1) shown.sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let bytes = 0;
  for (const { start, end, align } of shown) {
    const piece = pieces.at(-1);
    const run = piece?.runs[0];
    if (piece === undefined || run === undefined || start > run.end) {
      pieces.push({ runs: [{ start, end }], align });
      bytes += end - start;
      continue;
    }
    bytes += Math.max(0, end - run.end);
    run.end = Math.max(run.end, end);
    piece.align = Math.max(piece.align, align);
  }
  const span = pieces.at(-1)!.runs[0]!.end - pieces[0]!.runs[0]!.start;
  if (pieces.length === 1 || (span > SPARSE * bytes && !buffer.resizable)) return pieces;
  const align = Math.max(...shown.map((item) => item.align));
  return [{ runs: pieces.flatMap(({ runs }) => runs), align }];
}

function writePiece(out: ByteWriter, buffer: ArrayBuffer, { runs, align }: Piece): void {
  const { start } = runs[0]!;
  // One that can be resized keeps its length; what no view shows of it arrives as zeros.
  const lead = buffer.resizable ? start : start % align;
  const base = start - lead;
  out.uint(start);
  out.uint(lead);
  out.uint(buffer.resizable ? buffer.byteLength : runs.at(-1)!.end - base);
  out.uint(buffer.resizable ? buffer.maxByteLength + 1 : 0);
  out.uint(runs.length);
  for (const run of runs) {
    out.uint(run.start - base);
    out.uint(run.end - run.start);
    writeAligned(out, new Uint8Array(buffer, run.start, run.end - run.start));
  }
}

/** A piece as it was read: the part of a buffer from `start` on. */
interface ReadPiece {
  readonly start: number;
  readonly base: number;
  readonly buffer: ArrayBuffer;
}

/** The memory behind the views of the value that is being decoded. */
export class MemoryReader {
  readonly #buffers: (readonly ReadPiece[])[] = [];
  readonly #room: Room;
  /** Where the memory ends that was read so far, and so the value. */
  end = 0;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Begins a value. */
  restart(): void {
    if (this.#buffers.length > 0) this.#buffers.length = 0;
    this.end = 0;
  }

  /** Reads which buffer a view is of, and gives the pieces of that. */
  pieces(input: ByteReader): readonly ReadPiece[] {
    const number = input.uint();
    const known = this.#buffers[number];
    if (known !== undefined) return known;
    if (number !== this.#buffers.length) throw new DecodeFailure("it names an unknown buffer");
    const at = input.skip(DISTANCE_SIZE);
    const begin = at + input.view.getUint32(at, true);
    const back = input.position;
    // Memory is read once, in order: a message that lies about it cannot have it read many times.
    if (begin < Math.max(back, this.end) || begin > input.bytes.length) {
      throw new DecodeFailure("it lacks the memory of a view");
    }
    input.position = begin;
    const pieces: ReadPiece[] = [];
    for (let count = input.count(); count > 0; count--) pieces.push(readPiece(input, this.#room));
    this.#buffers.push(pieces);
    this.end = input.position;
    input.position = back;
    return pieces;
  }
}

/** The piece that holds the byte at `offset`, and the place of that byte in it. */
export function placeOf(
  pieces: readonly ReadPiece[],
  offset: number,
): { readonly buffer: ArrayBuffer; readonly offset: number } {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  if (piece === undefined || offset < piece.start) throw new DecodeFailure("it lacks a buffer");
  return { buffer: piece.buffer, offset: offset - piece.base };
}

function readPiece(input: ByteReader, room: Room): ReadPiece {
  const start = input.uint();
  const lead = input.uint();
  const length = input.uint();
  const maximum = input.uint();
  const runs: { offset: number; bytes: Uint8Array }[] = [];
  let bytes = 0;
  for (let count = input.count(); count > 0; count--) {
    const offset = input.uint();
    const run = readAligned(input, input.uint());
    bytes += run.length;
    runs.push({ offset, bytes: run });
  }
  if (maximum === 0 && length > SPARSE * bytes + 8) {
    throw new DecodeFailure("it holds memory with too little in it");
  }
  if (maximum > 0) room.reserve(maximum - 1);
  if (room.isCounted) room.takeObject(BUFFER);
  const buffer = maximum === 0
    ? new ArrayBuffer(length)
    : new ArrayBuffer(length, { maxByteLength: maximum - 1 });
  const memory = new Uint8Array(buffer);
  for (const run of runs) memory.set(run.bytes, run.offset);
  return { start, base: start - lead, buffer };
}
