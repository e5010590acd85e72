/**
 * Who shares an arena, and lives. Each child has a slot there, by its id, and a table tells how
 * many children have ended at each slot. A child's member id, which names it in the words of locks,
 * is its slot and that count: so it is nobody's after its end, and whether its owner lives is a
 * load.
 *
 * The end of a child is told by its parent. With a child end all its descendants, so each slot
 * also tells its parent's member id.
 *
 * A system uses an id again, maybe before anybody has told of the end of the child that had it. So
 * the word that counts the ends at a slot also has the stamp of the child that is there, a random
 * number that it was started with: one with another stamp is the next child, and one that has left
 * cannot leave again in the slot of the next. A slot's count begins anew after 128 processes, or
 * 32,768 threads, of which each number is the last to be used again: only then could a lock that
 * nobody has asked for in all that time be taken for one of a child that lives.
 *
 * @module
 * @internal
 */

import { noProcessMemory } from "../runtime/common_memory.ts";
import { hasProcessEnded, osPid, parentOsPid } from "../runtime/current.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import {
  ownThread,
  parentStamp,
  perProcess,
  processStamp,
  threadNumber,
} from "../runtime/thread_id.ts";

const slotBitsOf: Readonly<Record<StartMethod, number>> = {
  // As many process ids as Linux has (`PID_MAX_LIMIT`).
  process: 22,
  worker: Math.log2(perProcess),
};
/** How many slots a method's arena has. */
export const slotCountOf = (method: StartMethod): number => 2 ** slotBitsOf[method];

/** Set in every member id, so that none is 0. */
const MEMBER = 1 << 29;
/** How many bits the slot and the generation have together. */
const tellingBits = 29;

/** How many bits a member id has. */
export const memberIdBits = 30;

/** Threads that this one is ending, by their slots, and when they will have ended. */
const terminating = new Map<number, number>();
/** How long it takes to end a thread, in milliseconds. */
const endTime = 100;

/** The children that share an arena. */
export class Members {
  readonly #method: StartMethod;
  readonly #slotBits: number;
  readonly #generationBits: number;
  /**
   * How many children have ended at a slot; and, in the bits above, the stamp of the one that is
   * there.
   */
  readonly #states: Int32Array;
  /** The member id of the parent of the child at a slot; 0 where there is none. */
  readonly #parents: Int32Array;
  readonly #reserve: (slot: number) => boolean;
  /**
   * The member id of this child. All threads of a process are one child in the arena of processes.
   */
  readonly me: number;

  /**
   * `reserve` gets a slot's memory, and tells whether it is there: nobody may touch the slot
   * before.
   *
   * @throws {RangeError} If there is no memory for this child's own slot.
   */
  constructor(
    method: StartMethod,
    states: Int32Array,
    parents: Int32Array,
    reserve: (slot: number) => boolean = () => true,
  ) {
    this.#method = method;
    this.#slotBits = slotBitsOf[method];
    this.#generationBits = tellingBits - this.#slotBits;
    this.#states = states;
    this.#parents = parents;
    this.#reserve = reserve;
    const thread = method === "worker" ? ownThread() : undefined;
    // Told by the parent: a thread that Deno has not stopped may come here after its end was
    // counted.
    this.me = thread?.memberId ?? this.enter(osPid(), processStamp());
    const parent = thread?.parentMemberId ?? this.#parentMemberId();
    if (parent !== undefined) {
      Atomics.store(parents, this.#reserved(this.#slotIn(this.me)), parent);
    }
  }

  #parentMemberId(): number | undefined {
    const stamp = parentStamp();
    if (this.#method === "worker" || stamp === undefined) return undefined;
    return this.enter(parentOsPid(), stamp);
  }

  /** The slot, whose memory is there. All that a member id leads to has come by here once. */
  #reserved(slot: number): number {
    if (this.#reserve(slot)) return slot;
    throw noProcessMemory();
  }

  /**
   * The member id of the child with that id and stamp, which lives or is about to be started. Any
   * child may ask for it, at any time until the end of that one: it is the same each time.
   *
   * @throws {RangeError} If there is no memory for its slot.
   */
  enter(id: number, stamp: number): number {
    const slot = this.#reserved(slotOf(this.#method, id));
    const mark = this.#markOf(stamp);
    for (;;) {
      const parent = Atomics.load(this.#parents, slot);
      const seen = Atomics.load(this.#states, slot);
      const before = seen >>> this.#generationBits;
      if (before === mark) return this.#memberIdAt(slot);
      // Of a child that had the id before, and whose end nobody has told yet.
      const ended = before === 0 ? 0 : 1;
      Atomics.compareExchange(this.#parents, slot, parent, 0);
      this.#replace(slot, seen, ended, mark);
    }
  }

  /** A stamp, as it is in a state. Never 0. */
  #markOf(stamp: number): number {
    return 1 + stamp % (2 ** (32 - this.#generationBits) - 1);
  }

  /** Changes the state of a slot, unless another was faster. */
  #replace(slot: number, seen: number, ended: number, mark: number): boolean {
    const generation = (seen + ended) & (2 ** this.#generationBits - 1);
    const state = mark << this.#generationBits | generation;
    return Atomics.compareExchange(this.#states, slot, seen, state) === seen;
  }

  #slotIn(memberId: number): number {
    return memberId & (2 ** this.#slotBits - 1);
  }

  #memberIdAt(slot: number): number {
    const generation = Atomics.load(this.#states, slot) & (2 ** this.#generationBits - 1);
    return MEMBER | generation << this.#slotBits | slot;
  }

  /** Counts the end of the child with that member id, if nobody has. */
  #end(memberId: number): void {
    const slot = this.#slotIn(memberId);
    for (;;) {
      const seen = Atomics.load(this.#states, slot);
      if (this.#memberIdAt(slot) !== memberId || this.#replace(slot, seen, 1, 0)) return;
    }
  }

  /** The member id of this child's parent; `undefined` of a child that has none here. */
  get parent(): number | undefined {
    return Atomics.load(this.#parents, this.#slotIn(this.me)) || undefined;
  }

  /** Whether this child was declared dead. */
  get isDeclaredDead(): boolean {
    return !this.#isPresent(this.me);
  }

  #isPresent(memberId: number): boolean {
    return this.#memberIdAt(this.#slotIn(memberId)) === memberId;
  }

  /** Whether the child with that member id lives. */
  isAlive(memberId: number): boolean {
    for (
      let each = memberId;
      each !== 0;
      each = Atomics.load(this.#parents, this.#slotIn(each))
    ) {
      if (!this.#isPresent(each)) return false;
    }
    return true;
  }

  /**
   * Looks for itself whether the child with that member id has ended: who would tell may be busy,
   * or be the one that waits for it.
   */
  look(memberId: number): void {
    const slot = this.#slotIn(memberId);
    const hasEnded = this.#method === "process"
      ? hasProcessEnded(slot)
      : (terminating.get(slot) ?? Infinity) < performance.now();
    if (hasEnded) this.#end(memberId);
  }

  /** Says that a child of this one is being ended, which takes a moment. */
  markTerminating(pid: number): void {
    if (this.#method === "worker") {
      terminating.set(slotOf(this.#method, pid), performance.now() + endTime);
    }
  }

  /**
   * Says that the child with that id and stamp has ended. What it held is anyone's from here on.
   * Without effect if that was said before, also if another child has the id by now.
   */
  noteEnd(id: number, stamp: number): void {
    const slot = slotOf(this.#method, id);
    terminating.delete(slot);
    // Without memory for its slot nobody has its member id.
    if (!this.#reserve(slot)) return;
    for (;;) {
      const seen = Atomics.load(this.#states, slot);
      if (seen >>> this.#generationBits !== this.#markOf(stamp)) return;
      if (this.#replace(slot, seen, 1, 0)) return;
    }
  }

  /** Says that this child ends. */
  noteOwnEnd(): void {
    this.#end(this.me);
  }
}

function slotOf(method: StartMethod, id: number): number {
  if (method === "process") return id % slotCountOf(method);
  // The main thread has its process' id.
  return id === osPid() ? 0 : threadNumber(id);
}
