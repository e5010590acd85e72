/**
 * A gate for one: its state is the member id of the child that holds it.
 *
 * @module
 * @internal
 */

import type { Block } from "./allocator.ts";
import { memberIdBits } from "./members.ts";
import { LockWord, lockWordSize, RESERVED } from "./lock_word.ts";

/** In the word of state: the holder took it from one that had died. */
const ABANDONED = 1 << 31;
const OWNER = (1 << memberIdBits) - 1;

/** How many bytes a mutex needs. */
export const mutexSize: number = lockWordSize * 4;

/** Who may release a mutex that another child holds. */
export type ReleasedBy = "anyone" | "owner";

/** Mutual exclusion between children. Held by a child, not by one of its tasks. */
export class Mutex extends LockWord {
  readonly #releasedBy: ReleasedBy;

  constructor(block: Block, name: string, releasedBy: ReleasedBy, offset?: number) {
    super(block, name, offset);
    this.#releasedBy = releasedBy;
  }

  /** Whether this child holds it. */
  get isMine(): boolean {
    return (Atomics.load(this.words, this.state) & OWNER) === this.arena.me;
  }

  /** Who holds it, as seen from here and at this moment. */
  get owner(): "none" | "this child" | "another child" {
    this.check("inspect");
    if (this.isFree) return "none";
    return this.isMine ? "this child" : "another child";
  }

  protected override get isFree(): boolean {
    return (Atomics.load(this.words, this.state) & OWNER) === 0;
  }

  override lookForDeath(): void {
    const owner = Atomics.load(this.words, this.state) & OWNER;
    if (owner !== 0 && owner !== this.arena.me) this.arena.members.look(owner);
  }

  override get isAbandoned(): boolean {
    this.check("read");
    const state = Atomics.load(this.words, this.state);
    const owner = state & OWNER;
    return (state & ABANDONED) !== 0 || (owner !== 0 && !this.arena.members.isAlive(owner));
  }

  /** Whether it was taken from one that had died. Asked by who holds it. */
  get wasAbandoned(): boolean {
    return (this.words[this.state]! & ABANDONED) !== 0;
  }

  protected override take(turn: bigint): boolean {
    const { words, state, arena } = this;
    return Atomics.compareExchange(words, state, 0, arena.me) === 0 || this.#takeHeld(turn);
  }

  /** Takes what is reserved for the caller, or whose owner has died. */
  #takeHeld(turn: bigint): boolean {
    const { words, state, arena } = this;
    for (;;) {
      const seen = Atomics.load(words, state);
      const owner = seen & OWNER;
      if (owner !== 0 && arena.members.isAlive(owner)) return false;
      if ((seen & RESERVED) !== 0 && !this.mayTake(turn)) return false;
      const taken = owner === 0 ? arena.me : arena.me | ABANDONED;
      if (Atomics.compareExchange(words, state, seen, taken) === seen) return true;
    }
  }

  /** Does something that takes no time with it held: the thread is blocked until it is. */
  locked<T>(action: () => T): T {
    this.acquireSync();
    try {
      return action();
    } finally {
      this.release();
    }
  }

  /**
   * Gives it up altogether, for as long as a condition waits.
   *
   * @returns What `restore` needs.
   */
  suspend(): number {
    this.release();
    return 1;
  }

  /** Called with it held again: it is held as often as before `suspend`. */
  restore(_depth: number): void {}

  /**
   * Gives it up.
   *
   * @throws {Error} If nobody holds it, or another does and only the owner may.
   */
  override release(): void {
    this.check("release");
    const { words, state, arena } = this;
    if (Atomics.compareExchange(words, state, arena.me, 0) !== arena.me) this.#releaseMarked();
    this.futex.wake();
  }

  #releaseMarked(): void {
    const { words, state, arena } = this;
    for (;;) {
      const seen = Atomics.load(words, state);
      const owner = seen & OWNER;
      if (owner === 0) throw new Error(`Cannot release ${this.name} as nobody holds it`);
      if (owner !== arena.me && (this.#releasedBy === "owner" || arena.isDeclaredDead())) {
        throw new Error(`Cannot release ${this.name} as another child holds it`);
      }
      if ((seen & RESERVED) !== 0) this.reserve();
      if (Atomics.compareExchange(words, state, seen, seen & RESERVED) === seen) return;
    }
  }
}
