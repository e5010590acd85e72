/**
 * Blocks that were freed and rest for a while before they are used again: somebody may be just
 * about to wake those who slept there, or to look whether they still may, or to write there.
 *
 * Each child notes in shared memory what rests with it, so that of one that was killed others take
 * that over. Whoever makes the note vanish hangs the block up: nobody else does.
 *
 * @module
 * @internal
 */

import { atExit } from "../runtime/at_exit.ts";
import { inBackground } from "../runtime/timers.ts";
import { type Arena, restsAt } from "./arena.ts";
import { hangUp, line } from "./free_lists.ts";

/** The word of the arena that names the first of its notes. */
const firstWord = restsAt / 4;

// The words of a child's notes: its member id, the next child's notes, and the lines of the blocks.
const ownerAt = 0;
const nextAt = 1;
const linesAt = 2;
const mostNoted = 1024;
/** How many bytes the notes of a child take. */
export const notesSize: number = (linesAt + mostNoted) * 4;

/** How long a block rests, in milliseconds. */
const restTime = 100;
/** More end their rest early. */
const mostResting = 1000;

/** A block that rests, and the word that notes it, if there was memory for notes. */
interface Resting {
  readonly arena: Arena;
  readonly address: number;
  readonly since: number;
  readonly note: number | undefined;
}

const resting: Resting[] = [];
/** The first word of this child's notes in an arena. */
const notesIn = new Map<Arena, number>();
let givesBack = false;
let isRestTimed = false;

/** Whether blocks rest here. */
export const haveResting = (): boolean => resting.length > 0;

/** Has a block rest. `makeNotes` takes memory for this child's notes, if there is any. */
export function rest(
  arena: Arena,
  address: number,
  makeNotes: (arena: Arena) => number | undefined,
): void {
  if (!givesBack) atExit(() => endRests(Infinity));
  givesBack = true;
  const now = performance.now();
  const notes = notesIn.get(arena) ?? claimNotes(arena, now, makeNotes);
  const note = notes && writeNote(arena, notes, address / line);
  resting.push({ arena, address, since: now, note });
  endRests(now);
}

/** Ends the rest of what has rested long enough by then. */
export function endRests(now: number): void {
  let count = 0;
  while (count < resting.length) {
    const isOld = now - resting[count]!.since >= restTime;
    if (!isOld && resting.length - count <= mostResting) break;
    endRest(resting[count++]!);
  }
  if (count > 0) resting.splice(0, count);
}

/** Ends the rest of all in time, also if nobody calls. */
export function endRestsSoon(): void {
  if (isRestTimed) return;
  isRestTimed = true;
  inBackground(restTime, () => {
    isRestTimed = false;
    endRests(performance.now());
    if (haveResting()) endRestsSoon();
  });
}

function endRest({ arena, address, note }: Resting): void {
  const noted = address / line;
  if (note !== undefined && Atomics.compareExchange(arena.words, note, noted, 0) !== noted) return;
  hangUp(arena, address);
}

function writeNote({ words }: Arena, notes: number, noted: number): number | undefined {
  // Nearly always the first that is tried is empty.
  for (let i = 0; i < mostNoted; i++) {
    const at = notes + linesAt + (noted + i) % mostNoted;
    if (Atomics.compareExchange(words, at, 0, noted) === 0) return at;
  }
  return undefined;
}

/** Takes over the notes of a child that has ended, or makes some. */
function claimNotes(
  arena: Arena,
  now: number,
  makeNotes: (arena: Arena) => number | undefined,
): number | undefined {
  let notes = takeOver(arena, now).next().value;
  if (notes === undefined) {
    notes = makeNotes(arena);
    if (notes === undefined) return undefined;
    Atomics.store(arena.words, notes + ownerAt, arena.me);
    publish(arena, notes);
  }
  notesIn.set(arena, notes);
  return notes;
}

function publish({ words }: Arena, notes: number): void {
  for (;;) {
    const first = Atomics.load(words, firstWord);
    words[notes + nextAt] = first;
    if (Atomics.compareExchange(words, firstWord, first, notes) === first) return;
  }
}

/** Has what rests with children that have ended rest with this one. */
export function takeOverAll(arena: Arena): void {
  for (const notes of takeOver(arena, performance.now())) {
    Atomics.store(arena.words, notes + ownerAt, 0);
  }
}

/** The notes of children that have ended: this child's from now on, as is what rests there. */
function* takeOver(arena: Arena, now: number): Generator<number, undefined> {
  const { words, members, me } = arena;
  let notes = Atomics.load(words, firstWord);
  for (; notes !== 0; notes = words[notes + nextAt]!) {
    const owner = Atomics.load(words, notes + ownerAt);
    if (owner !== 0 && members.isAlive(owner)) continue;
    if (Atomics.compareExchange(words, notes + ownerAt, owner, me) !== owner) continue;
    for (let note = notes + linesAt; note < notes + linesAt + mostNoted; note++) {
      const noted = Atomics.load(words, note);
      if (noted !== 0) resting.push({ arena, address: noted * line, since: now, note });
    }
    yield notes;
  }
  return undefined;
}
