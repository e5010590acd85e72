/**
 * The memory that the children of a program share, and what stands where in it. Zeros are a valid
 * empty arena: nobody has to set one up, so nobody can come too early.
 *
 * @module
 * @internal
 */

import {
  neededThreadMemory,
  noProcessMemory,
  processMemory,
  reserveProcessMemory,
  threadMemory,
} from "../runtime/common_memory.ts";
import { type MappedFutex, mappedFutex } from "../runtime/mapping.ts";
import { capabilities } from "../runtime/capabilities.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { Members, slotCountOf } from "./members.ts";
import { Reserve } from "./reserve.ts";

/** Bytes 0 to 63: counters. See `allocator.ts`. */
export const countersAt = 0;
/** Among them the word that names the table of named memory: see `shared/thread_names.ts`. */
export const namesAt = 16;
/** The word that names the table of holds: see `handles/holds.ts`. */
export const holdsAt = 20;
/** The word that is set when holds may have ended without anybody saying so. */
const lossAt = 24;
/**
 * How many lines were ever taken in blocks of some size, modulo 2^32; and how many when dead holds
 * were looked for.
 */
export const takenAt = 28;
export const sweptAt = 32;
/** The word that names the notes of what rests: see `resting.ts`. */
export const restsAt = 36;
/** The heads of the lists of free blocks. */
export const freeListsAt = 64;
/** The long that tells up to where the heap was given: see `reserve.ts`. */
const givenAt = 2048;
/** The futex of those who wait until somebody frees a block. */
export const freedAt = 2112;
/** The word that tells who merges free blocks, if somebody does: see `free_lists.ts`. */
export const mergingAt = 2176;
/** The tables of members: two words for each. */
const statesAt = 4096;

/** An arena, as this child sees it. */
export class Arena {
  readonly method: StartMethod;
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  /** The arena by words of 4 bytes, of which all but data is made. */
  readonly words: Int32Array;
  /** And of 8 bytes. */
  readonly longs: BigInt64Array;
  /** Where blocks begin. */
  readonly heapAt: number;
  readonly reserve: Reserve;
  readonly members: Members;
  /** What blocked processes sleep with, where there is one. */
  readonly futex: MappedFutex | undefined;
  /** This child's member id. */
  readonly me: number;
  readonly #mayOutliveItsEnd: boolean;

  constructor(method: StartMethod, buffer: ArrayBufferLike) {
    this.method = method;
    this.buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.longs = new BigInt64Array(buffer);
    const isMapped = method === "process";
    const slots = slotCountOf(method);
    const parentsAt = statesAt + 4 * slots;
    this.heapAt = parentsAt + 4 * slots;
    const ask = isMapped ? reserveProcessMemory : undefined;
    const reserve = new Reserve(this.longs, givenAt / 8, this.heapAt, ask);
    this.reserve = reserve;
    if (!reserve.holds(countersAt)) throw noProcessMemory();
    this.members = new Members(
      method,
      new Int32Array(buffer, statesAt, slots),
      new Int32Array(buffer, parentsAt, slots),
      (slot) => reserve.holds(statesAt + 4 * slot) && reserve.holds(parentsAt + 4 * slot),
    );
    this.me = this.members.me;
    this.futex = mappedFutex(buffer);
    this.#mayOutliveItsEnd = method === "worker" && capabilities.threadsOutliveTheirEnd;
  }

  /**
   * Whether this child was declared dead. That is so in a thread that was ended and has not
   * returned to its event loop since: Deno does not stop it (its `exit` event comes nevertheless).
   */
  isDeclaredDead(): boolean {
    return this.#mayOutliveItsEnd && this.members.isDeclaredDead;
  }

  /** Says that holds may have ended without anybody saying so, as of a child that was killed. */
  noteLoss(): void {
    Atomics.store(this.words, lossAt / 4, 1);
  }

  /** Whether that was said, and nobody has taken it upon itself to look for them since. */
  takeLoss(): boolean {
    return this.hasLoss && Atomics.exchange(this.words, lossAt / 4, 0) !== 0;
  }

  get hasLoss(): boolean {
    return Atomics.load(this.words, lossAt / 4) !== 0;
  }

  /** Its size in bytes. */
  get size(): number {
    return this.buffer.byteLength;
  }
}

const arenas = new Map<StartMethod, Arena>();

/**
 * The arena of the children of a start method.
 *
 * @throws {Error} If this program cannot share memory between processes; the message names the
 * remedy.
 * @throws {RangeError} If the system has no memory for it.
 */
export function arenaOf(method: StartMethod): Arena {
  return arenas.get(method) ?? openArena(method);
}

function openArena(method: StartMethod): Arena {
  const arena = new Arena(method, method === "worker" ? neededThreadMemory() : processMemory());
  arenas.set(method, arena);
  return arena;
}

/** The arena of this process' threads; `undefined` where the system has no memory for it. */
export function arenaOfThreads(): Arena | undefined {
  return threadMemory() === null ? undefined : arenaOf("worker");
}

/**
 * Says that a child has ended: what it held in its arena is anyone's from here on. `stamp` is what
 * it was started with.
 */
export function noteDeath(method: StartMethod, pid: number, stamp: number): void {
  // A process that has not mapped the memory has not given its children anything that is there.
  const arena = method === "worker" ? arenaOfThreads() : arenas.get(method);
  if (pid <= 0) return;
  arena?.members.noteEnd(pid, stamp);
  arena?.noteLoss();
}

/** Says that this thread ends: who started it may be busy. */
export function noteOwnDeath(): void {
  arenaOfThreads()?.members.noteOwnEnd();
}

/** Whether this child was declared dead: its runtime has not stopped it yet. */
export function hasLeft(method: StartMethod): boolean {
  return arenas.get(method)?.isDeclaredDead() ?? false;
}

/** Says that a child is being ended. */
export function markTerminating(method: StartMethod, pid: number): void {
  arenas.get(method)?.members.markTerminating(pid);
}

/** The value of a word of the arena of processes, if this process has mapped it. */
export function wordOfProcesses(word: number): number | undefined {
  const arena = arenas.get("process");
  return arena && Atomics.load(arena.words, word);
}
