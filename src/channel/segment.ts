/**
 * The segments of a record queue, and the records in them: what stands where.
 *
 * @module
 * @internal
 */

import { Block, blockAt, free, headerSize } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";

// A segment's words: the next segment, where its records end, from where it is unread, its records.
export const nextAt = 0;
export const endAt = 1;
export const unreadAt = 16;
/**
 * Odd, and every record takes an even number of words: the bytes of each begin at a multiple of 8.
 */
export const recordsAt = 33;
/** With its block's own words, 64 KiB. */
export const segmentWords: number = 16 * 1024 - headerSize / 4;

/** A larger record, in bytes, is put into a block of its own. */
export const largeRecord: number = 16 * 1024;
/** In a record's first word, beside its length: the record is in a block. */
const IN_BLOCK = 1 << 31;
/** A record's words beside its bytes. */
export const recordHead = 1;
const blockRecordWords = 4;

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
  isInBlock(arena, at) ? blockRecordWords : wordsFor(lengthOf(arena, at));
/** How many words a record of so many bytes takes. */
const wordsFor = (bytes: number): number => (recordHead + ((bytes + 3) >>> 2) + 1) & ~1;

/** The unread records of a segment, by their first words. */
export function* recordsOf(arena: Arena, segment: number): Generator<number> {
  const end = segment + recordsAt + arena.words[segment + endAt]!;
  let at = segment + recordsAt + arena.words[segment + unreadAt]!;
  for (; at < end; at += wordsOf(arena, at)) yield at;
}

/** Gives back a segment, those behind it, and the blocks of their unread records. */
export function freeFrom(arena: Arena, first: number): void {
  let segment = first;
  while (segment !== 0) {
    const next = arena.words[segment + nextAt]!;
    for (const at of recordsOf(arena, segment)) {
      // What it carries is held no more, and nobody reads what that is.
      arena.noteLoss();
      if (isInBlock(arena, at)) free(blockOf(arena, at));
    }
    // Another child may be in the middle of writing there.
    free(blockAt(arena, segment), { rests: true });
    segment = next;
  }
}

/** How many words a record of so many bytes will take. */
export const wordsToWrite = (length: number, block: Block | undefined): number =>
  block === undefined ? wordsFor(length) : blockRecordWords;

/** Writes a record of the first `length` of some bytes, which may be in a block already. */
export function writeRecord(
  { words, bytes: memory }: Arena,
  at: number,
  bytes: Uint8Array,
  length: number,
  block: Block | undefined,
): void {
  if (block === undefined) {
    words[at] = length;
    copyInto(memory, bytes, length, (at + recordHead) * 4);
  } else {
    words[at] = length | IN_BLOCK;
    words[at + 1] = block.address;
    words[at + 2] = block.serial;
  }
}

function copyInto(target: Uint8Array, bytes: Uint8Array, length: number, at: number): void {
  if (length > loopLimit) {
    target.set(length === bytes.length ? bytes : bytes.subarray(0, length), at);
  } else {
    for (let i = 0; i < length; i++) target[at + i] = bytes[i]!;
  }
}
