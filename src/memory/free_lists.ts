/**
 * The free blocks of an arena, in lists by size that are changed by compare-and-swap alone: a child
 * that dies in the middle of a change leaves them whole.
 *
 * A large block is cut into smaller ones where there is no other. Neighbours become one again only
 * where somebody finds no room otherwise: to find them, all that is free is taken out of the lists
 * for a moment. A child that is killed just then takes it along, till the program's end.
 *
 * @module
 * @internal
 */

import { type Arena, freedAt, freeListsAt, mergingAt } from "./arena.ts";
import { letPass } from "../wait/let_pass.ts";
import { wakeFutex } from "./wake.ts";

/** Blocks are multiples of a cache line: no two locks share one. */
export const line = 64;
/** Sizes between a power of two and the next. */
const steps = 4;

/** The lines of the blocks of a size class: four sizes for each power of two. */
export function linesOf(sizeClass: number): number {
  if (sizeClass < steps) return sizeClass + 1;
  const power = Math.floor(sizeClass / steps) - 1;
  return (steps + 1 + sizeClass % steps) * 2 ** power;
}

/** The smallest class that holds so many lines. */
export function classFor(lines: number): number {
  let sizeClass = Math.max(0, steps * (Math.floor(Math.log2(lines)) - 2));
  while (linesOf(sizeClass) < lines) sizeClass++;
  return sizeClass;
}

// A free block's own words: 0 in place of a serial number, and the next in its list.
/**
 * Of a block, free or not, in its second word: somebody was told its address and its serial number,
 * and may look for them there at any time. So it never becomes the middle of another block.
 */
const KNOWN = 1 << 31;

const freeLists = freeListsAt / 8;
/** Those of known blocks are behind the others. No arena has blocks of so many sizes. */
const listsOfEach = 100;
const mergingWord = mergingAt / 4;
/** The first of the two words of the futex that is woken when a block is free again. */
export const freedWord: number = freedAt / 4;

/** The size class of a block that is not free. */
export const classAt = (arena: Arena, address: number): number =>
  arena.words[address / 4 + 1]! & ~KNOWN;

/** Says of which size a block is that somebody has taken, and whether others will know it. */
export function setClass(arena: Arena, address: number, sizeClass: number, isKnown: boolean): void {
  const word = address / 4 + 1;
  arena.words[word] = sizeClass | (isKnown ? KNOWN : arena.words[word]! & KNOWN);
}

/** Hangs a block into the list of its size, and tells those who wait for room. */
export function hangUp(arena: Arena, address: number): void {
  hang(arena, address, classAt(arena, address));
  wakeFutex(arena, freedWord);
}

function hang(arena: Arena, address: number, sizeClass: number): void {
  const word = address / 4 + 1;
  const known = arena.words[word]! & KNOWN;
  const list = listOf(sizeClass, known !== 0);
  for (;;) {
    const head = Atomics.load(arena.longs, list);
    arena.words[word] = lineOf(head) | known;
    if (Atomics.compareExchange(arena.longs, list, head, nextHead(head, address / line)) === head) {
      return;
    }
  }
}

/**
 * A head holds a line's number, and a count of changes: a block that went and came is not the same.
 */
const lineOf = (head: bigint): number => Number(head & 0xffff_ffffn);
const nextHead = (head: bigint, to: number): bigint =>
  BigInt.asIntN(64, ((head >> 32n) + 1n) << 32n | BigInt(to));

/** The word of a list's head. */
const listOf = (sizeClass: number, isKnown: boolean): number =>
  freeLists + sizeClass + (isKnown ? listsOfEach : 0);

/**
 * Takes a free block of a size, by its address: better one that is known already if it will be, and
 * one that is not if it will not.
 */
export function takeFree(arena: Arena, sizeClass: number, isKnown: boolean): number | undefined {
  return takeFrom(arena, listOf(sizeClass, isKnown)) ??
    takeFrom(arena, listOf(sizeClass, !isKnown));
}

function takeFrom(arena: Arena, list: number): number | undefined {
  for (;;) {
    const head = Atomics.load(arena.longs, list);
    const first = lineOf(head);
    if (first === 0) return undefined;
    // If another child takes the block meanwhile, this is anything; then the head has changed, too.
    const next = nextOf(arena, first);
    if (Atomics.compareExchange(arena.longs, list, head, nextHead(head, next)) === head) {
      return first * line;
    }
  }
}

const nextOf = (arena: Arena, first: number): number =>
  Atomics.load(arena.words, first * line / 4 + 1) & ~KNOWN;

/** Cuts a block off a free one that is larger, and makes blocks of the rest. */
export function cut(arena: Arena, sizeClass: number, isKnown: boolean): number | undefined {
  for (let larger = sizeClass + 1; larger < classes(arena); larger++) {
    const address = takeFree(arena, larger, isKnown);
    if (address === undefined) continue;
    const lines = linesOf(sizeClass);
    makeFree(arena, address / line + lines, linesOf(larger) - lines);
    return address;
  }
  return undefined;
}

/** How many size classes an arena can have blocks of. */
const classes = (arena: Arena): number => classWithin(arena.size / line) + 1;

/** Makes free blocks of some lines that nobody knows. */
function makeFree(arena: Arena, first: number, lines: number): void {
  for (let at = first; at < first + lines;) {
    const part = classWithin(first + lines - at);
    arena.words[at * line / 4] = 0;
    arena.words[at * line / 4 + 1] = 0;
    hang(arena, at * line, part);
    at += linesOf(part);
  }
}

/** The largest class that has not more lines. */
function classWithin(lines: number): number {
  const sizeClass = classFor(lines);
  return linesOf(sizeClass) > lines ? sizeClass - 1 : sizeClass;
}

/**
 * How long the blocks may be out of their lists, before somebody else tries it; in milliseconds.
 */
const longestMerge = 200;
/** How many blocks are looked at, the largest first: it must not take too long. */
const mostMerged = 100_000;

/** Makes one block of neighbours wherever that can be, and then takes one of a size. */
export function takeMerged(arena: Arena, sizeClass: number, isKnown: boolean): number | undefined {
  const { words } = arena;
  // A number of its own: nobody takes it for the merging of another.
  const mine = Math.floor(Math.random() * 2 ** 31) | 1;
  let [other, since] = [0, 0];
  for (;;) {
    const merging = Atomics.load(words, mergingWord);
    const now = performance.now();
    if (merging !== other) [other, since] = [merging, now];
    if (merging !== 0 && now - since < longestMerge) {
      // What another child has taken out of the lists is back in a moment.
      letPass(1);
      continue;
    }
    if (Atomics.compareExchange(words, mergingWord, merging, mine) !== merging) continue;
    try {
      merge(arena);
      return takeFree(arena, sizeClass, isKnown) ?? cut(arena, sizeClass, isKnown);
    } finally {
      Atomics.compareExchange(words, mergingWord, mine, 0);
    }
  }
}

function merge(arena: Arena): void {
  const blocks = takeAll(arena);
  let [at, end, isKnown] = [0, 0, false];
  const flush = () => {
    if (end > at) putBack(arena, at, end - at, isKnown);
  };
  for (const { first, lines, known } of blocks) {
    if (first !== end || known) {
      flush();
      [at, isKnown] = [first, known];
    }
    end = first + lines;
  }
  flush();
}

/** A block that was taken out of its list, in lines. */
interface TakenBlock {
  readonly first: number;
  readonly lines: number;
  readonly known: boolean;
}

/** Takes the free blocks out of their lists, and gives them as they stand one behind the other. */
function takeAll(arena: Arena): TakenBlock[] {
  const blocks: TakenBlock[] = [];
  for (let sizeClass = classes(arena) - 1; sizeClass >= 0; sizeClass--) {
    const lines = linesOf(sizeClass);
    while (blocks.length < mostMerged) {
      const address = takeFree(arena, sizeClass, false);
      if (address === undefined) break;
      const known = (arena.words[address / 4 + 1]! & KNOWN) !== 0;
      blocks.push({ first: address / line, lines, known });
    }
  }
  return blocks.sort((a, b) => a.first - b.first);
}

/** Hangs up what was merged: the first of its blocks stays known where it was. */
function putBack(arena: Arena, first: number, lines: number, isKnown: boolean): void {
  const largest = classWithin(lines);
  arena.words[first * line / 4] = 0;
  arena.words[first * line / 4 + 1] = isKnown ? KNOWN : 0;
  hang(arena, first * line, largest);
  makeFree(arena, first + linesOf(largest), lines - linesOf(largest));
}
