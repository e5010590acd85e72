/**
 * The segments of a lane, and the records in them: what stands where.
 *
 * @module
 * @internal
 */

import { Block, headerSize } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";

// A segment's words: the next segment, where its records end, from where it is unread, its records.
export const nextAt = 0;
export const endAt = 1;
export const unreadAt = 16;
export const recordsAt = 32;
/** With its block's own words, 64 KiB. */
export const segmentWords: number = 16 * 1024 - headerSize / 4;

/** A larger record, in bytes, is put into a block of its own. */
export const largeRecord: number = 16 * 1024;
/** In a record's first word, beside its length: the record is in a block. */
const IN_BLOCK = 1 << 31;
/** A record's words beside its bytes. */
export const recordHead = 1;
const blockRecordWords = 3;

/** Up to here bytes are copied by a loop, which costs less than a view. */
const loopLimit = 64;

/** Whether a record is in a block. */
export const isInBlock = ({ words }: Arena, at: number): boolean => words[at]! < 0;
/** How many bytes it has. */
export const lengthOf = ({ words }: Arena, at: number): number => words[at]! & ~IN_BLOCK;
/** The block that it is in. */
export const blockOf = (arena: Arena, at: number): Block =>
  new Block(arena, arena.words[at + 1]!, arena.words[at + 2]!);
/** How many words a record takes in its segment. */
export const wordsOf = (arena: Arena, at: number): number =>
  isInBlock(arena, at) ? blockRecordWords : recordHead + wordsFor(lengthOf(arena, at));
const wordsFor = (bytes: number): number => (bytes + 3) >>> 2;

/** The unread records of a segment, by their first words. */
export function* recordsOf(arena: Arena, segment: number): Generator<number> {
  const end = segment + recordsAt + arena.words[segment + endAt]!;
  let at = segment + recordsAt + arena.words[segment + unreadAt]!;
  for (; at < end; at += wordsOf(arena, at)) yield at;
}

/** How many words a record will take. */
export const wordsToWrite = (bytes: Uint8Array, block: Block | undefined): number =>
  block === undefined ? recordHead + wordsFor(bytes.length) : blockRecordWords;

/** Writes a record, whose bytes may be in a block already. */
export function writeRecord(
  { words, bytes: memory }: Arena,
  at: number,
  bytes: Uint8Array,
  block: Block | undefined,
): void {
  if (block === undefined) {
    words[at] = bytes.length;
    copyInto(memory, bytes, (at + recordHead) * 4);
  } else {
    words[at] = bytes.length | IN_BLOCK;
    words[at + 1] = block.address;
    words[at + 2] = block.serial;
  }
}

function copyInto(target: Uint8Array, bytes: Uint8Array, at: number): void {
  const { length } = bytes;
  if (length > loopLimit) target.set(bytes, at);
  else for (let i = 0; i < length; i++) target[at + i] = bytes[i]!;
}
