/**
 * Where the parts of a record queue stand in its block, and how much it may hold.
 *
 * @module
 * @internal
 */

import { allocateOwned, type Block, headerSize } from "../memory/allocator.ts";
import { mutexSize } from "../memory/mutex.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { freeFrom } from "./segment.ts";

const mutexWords = mutexSize / 4;

// In words from where the record queue begins. Those who put and those who take write to cache
// lines of their own; what both read is with the block's own words, in a line that is hardly ever
// written.
export const maxItemsAt = 0;
export const maxBytesAt = 1;
/** Whether a child died while it put or took: then the counts must be computed again. */
export const repairAt = 2;
export const putMutexAt: number = 16 - headerSize / 4;
/** The last segment. */
export const tailAt: number = putMutexAt + mutexWords;
export const putsAt: number = tailAt + 1;
export const bytesPutAt: number = tailAt + 2;
export const takeMutexAt: number = putMutexAt + 16;
/** The first segment. */
export const headAt: number = takeMutexAt + mutexWords;
export const takesAt: number = headAt + 1;
export const bytesTakenAt: number = headAt + 2;
/** Where its counts are, in pairs that begin anew together. */
export const countsAt: readonly number[] = [putsAt, takesAt, bytesPutAt, bytesTakenAt];
/** The futex of those who wait for a record. */
export const filledAt: number = takeMutexAt + 16;
/** The futex of those who wait for room. */
export const drainedAt: number = filledAt + 2;
/** How many words a record queue takes: whole lines. */
export const recordQueueWords = 64;

/** How much a record queue may hold. */
export interface RecordQueueLimits {
  /** Records; 0: any number. */
  readonly items?: number;
  /** Bytes; 0: any number. A larger record passes when the record queue is empty. */
  readonly bytes?: number;
}

/** Makes the block of a record queue, with `more` words behind it for its owner. */
export function allocateRecordQueue(
  method: StartMethod,
  limits: RecordQueueLimits,
  more: number = 0,
): Block {
  const size = (recordQueueWords + more) * 4;
  const block = allocateOwned(method, size, (block) => freeSegments(block, 0));
  limitRecordQueue(block, limits, 0);
  return block;
}

/** Sets how much the record queue at `offset` of a block may hold. */
export function limitRecordQueue(
  { arena, word }: Block,
  limits: RecordQueueLimits,
  offset: number,
): void {
  arena.words[word + offset + maxItemsAt] = limits.items ?? 0;
  arena.words[word + offset + maxBytesAt] = limits.bytes ?? 0;
}

/** Frees the segments of the record queue at `offset` of a block, which nobody uses any more. */
export function freeSegments({ arena, word }: Block, offset: number): void {
  freeFrom(arena, arena.words[word + offset + headAt]!);
}
