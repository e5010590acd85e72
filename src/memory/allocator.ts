/**
 * The arena's blocks. Any child may allocate and free: what is free hangs in lists by size, which
 * are changed by compare-and-swap alone, so a child that dies in the middle leaves them whole.
 *
 * @module
 * @internal
 */

import { whereProcessMemoryIs } from "../runtime/common_memory.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { endRests, endRestsSoon, haveResting, notesSize, rest, takeOverAll } from "./resting.ts";
import { collectGarbage } from "../runtime/garbage.ts";
import { inBackground } from "../runtime/timers.ts";
import { type Arena, arenaOf, countersAt, sweptAt, takenAt } from "./arena.ts";
import {
  classAt,
  classFor,
  cut,
  hangUp,
  line,
  linesOf,
  setClass,
  takeFree,
  takeMerged,
} from "./free_lists.ts";

/**
 * A block's own words: its serial number, and its size class; of a free one the next in its list.
 */
const headerWords = 2;
/** Where the user's part of a block begins. */
export const headerSize: number = headerWords * 4;
/** The word that counts blocks. */
const serialWord = countersAt / 4;
/** The long that tells how far the heap was ever used, from its beginning. */
const usedLong = countersAt / 8 + 1;

const takenWord = takenAt / 4;
const sweptWord = sweptAt / 4;

/**
 * A piece of an arena. Who uses the memory holds this object, so that it is not freed meanwhile.
 */
export class Block {
  readonly arena: Arena;
  /** Where it is: a byte's number. */
  readonly address: number;
  /** What tells it from whatever was at this address before, or will be after. */
  readonly serial: number;

  constructor(arena: Arena, address: number, serial: number) {
    this.arena = arena;
    this.address = address;
    this.serial = serial;
  }

  /** The first word of the user's part. */
  get word(): number {
    return this.address / 4 + headerWords;
  }

  /** Whether nobody has freed it. */
  get isLive(): boolean {
    return this.arena.words[this.address / 4] === this.serial;
  }
}

/** The block whose user's part begins with that word. */
export function blockAt(arena: Arena, word: number): Block {
  const header = word - headerWords;
  return new Block(arena, header * 4, arena.words[header]!);
}

/**
 * Takes memory for `size` bytes. The first `cleared` of them are zero: all, unless it says less.
 *
 * @throws {RangeError} If there is no such piece left: the message tells what to do.
 */
export function allocate(method: StartMethod, size: number, cleared: number = size): Block {
  const block = take(method, size, cleared, true);
  if (block === undefined) throw noRoom(method, size);
  return block;
}

/**
 * Does what `allocate` does for a record, if there is such a piece at present: nobody but who reads
 * it will know its block, and only until it is read. May be called again and again.
 */
export function allocateIfRoom(
  method: StartMethod,
  size: number,
  cleared: number,
): Block | undefined {
  return take(method, size, cleared, false);
}

/**
 * `isKnown`: whether others may look for the block, by its serial number, when it is freed already.
 */
function take(
  method: StartMethod,
  size: number,
  cleared: number,
  isKnown: boolean,
): Block | undefined {
  const arena = arenaOf(method);
  if (haveResting()) endRests(performance.now());
  const sizeClass = classFor(Math.ceil((size + headerSize) / line));
  const bytes = linesOf(sizeClass) * line;
  const recycled = takeFree(arena, sizeClass, isKnown) ??
    (reclaimInTime(arena) ? takeFree(arena, sizeClass, isKnown) : undefined);
  const fresh = recycled === undefined ? takeNew(arena, bytes) : undefined;
  const address = recycled ?? fresh ?? cut(arena, sizeClass, isKnown) ??
    tryMerged(arena, sizeClass, isKnown);
  if (address === undefined) {
    return reclaim(arena) ? take(method, size, cleared, isKnown) : undefined;
  }
  const serial = newSerial(arena);
  const word = address / 4;
  if (linesOf(sizeClass) >= leastCounted) Atomics.add(arena.words, takenWord, linesOf(sizeClass));
  if (fresh === undefined) {
    arena.bytes.fill(0, address + headerSize, address + headerSize + cleared);
  }
  setClass(arena, address, sizeClass, isKnown);
  Atomics.store(arena.words, word, serial);
  return new Block(arena, address, serial);
}

/** What to do when a block is freed. */
export interface FreeOptions {
  /** Called before anybody else can have the block: wakes those who sleep there. */
  readonly then?: () => void;
  /** Whether it is to rest, large as it may be: somebody may be just about to write there. */
  readonly rests?: boolean;
}

/** Gives a block back, if nobody has yet. Every later use of it is seen by its serial number. */
export function free(block: Block, { then, rests = false }: FreeOptions = {}): void {
  const { arena, address, serial } = block;
  const header = address / 4;
  if (serial === 0 || Atomics.compareExchange(arena.words, header, serial, 0) !== serial) return;
  then?.();
  if (!rests && linesOf(classAt(arena, address)) > restingLines) return hangUp(arena, address);
  rest(arena, address, makeNotes);
  // Somebody waits for room: it must not take another call here until there is some.
  if (linesOf(classAt(arena, address)) > restingLines) endRestsSoon();
}

/** Smaller blocks rest in any case: those in which others sleep and look. */
const restingLines = 4;

const makeNotes = (arena: Arena): number | undefined =>
  take(arena.method, notesSize, notesSize, false)?.word;

/** Gives back what nobody uses any more, though nobody has said so. Gives whether it could look. */
type Reclaim = (arena: Arena) => boolean;

let reclaimAll: Reclaim = () => false;

/** Says how to find what can be given back where memory is short. */
export function onShortage(reclaim: Reclaim): void {
  reclaimAll = reclaim;
}

/** Looks for what can be given back, if there may be something. */
function reclaim(arena: Arena): boolean {
  if (!arena.takeLoss()) return false;
  takeOverAll(arena);
  if (!reclaimAll(arena)) {
    arena.noteLoss();
    return false;
  }
  Atomics.store(arena.words, sweptWord, takenOf(arena));
  return true;
}

/** The same, before the heap grows, if much was taken since. */
function reclaimInTime(arena: Arena): boolean {
  return arena.hasLoss && isMuch(arena, Atomics.load(arena.words, sweptWord), leastLoss) &&
    reclaim(arena);
}

/** How many lines were taken since the last look before there is another, at least. */
const leastLoss = 1024 * 1024 / line;
/** And before this child collects garbage. */
const leastPressure = 16 * 1024 * 1024 / line;
/** Or this part of what is used, if that is more. */
const muchOf = 8;
/** Smaller blocks, in lines, are not counted. */
const leastCounted = 64;

const takenOf = (arena: Arena): number => Atomics.load(arena.words, takenWord);

/** Whether much was taken since so many lines were. */
function isMuch(arena: Arena, since: number, least: number): boolean {
  const used = arena.words[usedLong * 2]! >>> 0;
  return ((takenOf(arena) - since) | 0) >= Math.max(least, used / line / muchOf);
}

function takeNew(arena: Arena, bytes: number): number | undefined {
  for (;;) {
    const used = Atomics.load(arena.longs, usedLong);
    const address = arena.heapAt + Number(used);
    if (address + bytes > arena.size || !arena.reserve.reaches(address + bytes)) return undefined;
    const next = used + BigInt(bytes);
    if (Atomics.compareExchange(arena.longs, usedLong, used, next) === used) return address;
  }
}

/** Whether the arena could hold a block of so many bytes if it held nothing else. */
export function couldHold(method: StartMethod, size: number): boolean {
  const arena = arenaOf(method);
  const lines = Math.ceil((size + headerSize) / line);
  return arena.heapAt + linesOf(classFor(lines)) * line <= arena.size;
}

/** The error of a block that there is no room for. */
export function noRoom(method: StartMethod, size: number): RangeError {
  return new RangeError(`Cannot allocate ${size} bytes as ${whyNoRoom(method, size)}`);
}

/** Why there is no room for a block of so many bytes, and what to do. */
export function whyNoRoom(method: StartMethod, size: number): string {
  const arena = arenaOf(method);
  const end = arena.heapAt + Number(Atomics.load(arena.longs, usedLong)) + size;
  return end + headerSize > arena.size || method === "worker"
    ? `the ${arena.size} bytes that children share are used up`
    : `the system has no more memory in ${whereProcessMemoryIs()}`;
}

/** When a wait for room may merge blocks again: that costs more than a look. */
let nextMerge = -Infinity;
/** Which part of the time it may take, at most. */
const mergeShare = 1 / 20;

/** Takes a block that is made of smaller ones. */
function tryMerged(arena: Arena, sizeClass: number, isKnown: boolean): number | undefined {
  const begun = performance.now();
  // Who waits tries again; for others it is now or never.
  if (!isKnown && begun < nextMerge) return undefined;
  const address = takeMerged(arena, sizeClass, isKnown);
  const now = performance.now();
  nextMerge = now + (now - begun) / mergeShare;
  return address;
}

function newSerial(arena: Arena): number {
  for (;;) {
    const serial = Atomics.add(arena.words, serialWord, 1) + 1 | 0;
    if (serial !== 0) return serial;
  }
}

/** How many lines were taken when this child collected garbage last, for each arena. */
const collectedAt = new Map<Arena, number>();
let isCollecting = false;

/**
 * Called where a block is to be given back when an object is collected. The engine counts the
 * object alone, and would see no reason to collect it for long: so it is told to whenever much was
 * taken.
 */
export function feelPressure(arena: Arena): void {
  if (!isMuch(arena, collectedAt.get(arena) ?? 0, leastPressure)) return;
  collectedAt.set(arena, takenOf(arena));
  if (isCollecting) return;
  isCollecting = true;
  inBackground(0, () => {
    isCollecting = false;
    collectGarbage();
  });
}

/** A block that is to be freed, and what else is to be done then. */
interface Collected {
  readonly arena: Arena;
  readonly address: number;
  readonly serial: number;
  readonly before: ((block: Block) => void) | undefined;
}

/** Frees the blocks whose handles were collected and had never left this child. */
const collected = new FinalizationRegistry<Collected>(({ arena, address, serial, before }) => {
  const block = new Block(arena, address, serial);
  if (block.isLive) before?.(block);
  free(block);
});

/**
 * Takes memory that is freed when the block is collected, unless others have come to know of it.
 * `before` is then called first: it gives back what hangs on the block.
 *
 * @throws {RangeError} If the arena has no such piece left.
 */
export function allocateOwned(
  method: StartMethod,
  size: number,
  before?: (block: Block) => void,
): Block {
  const block = allocate(method, size);
  const { arena, address, serial } = block;
  feelPressure(arena);
  collected.register(block, { arena, address, serial, before }, block);
  return block;
}

/**
 * Has others come to know a block: that it is collected here does not free it any more.
 *
 * @returns Whether it would have.
 */
export function shareBlock(block: Block): boolean {
  return collected.unregister(block);
}
