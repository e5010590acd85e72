/**
 * What locks and semaphores have in common: a word of state that children change by
 * compare-and-swap, a futex for those who cannot, and a reservation, so that nobody waits for ever.
 *
 * Whoever comes takes what is free: that is fast, as nobody sleeps between two holders. A waiter
 * that has missed its chance for a millisecond takes the reservation, a number made of its arrival
 * and its member id: from then on everyone else leaves what becomes free to it. An earlier arrival
 * takes the reservation from a later one, so each waiter has it after those that were there before
 * it. A reservation whose owner has died is nobody's, and one whose owner does not come, because it
 * is busy with something else, is taken from it: what is free is not kept for long.
 *
 * @module
 * @internal
 */

import type { Arena } from "./arena.ts";
import { type Block, free } from "./allocator.ts";
import { Futex, type WaitPolicy } from "./futex.ts";
import { checkWait, countdown, type WaitOptions } from "../wait/latch.ts";
import { joinLocalQueue } from "../wait/local_queue.ts";

/** How to acquire something. */
export interface AcquireOptions extends WaitOptions {
  /** Whether to wait for it at all; `false` is the same as a timeout of 0. */
  readonly block?: boolean | undefined;
}

/** How to acquire something with the thread blocked. */
export type AcquireSyncOptions = Omit<AcquireOptions, "signal">;

/** Whether a call is not to wait at all. */
export const triesOnce = ({ block = true, timeout }: AcquireSyncOptions): boolean =>
  !block || (timeout !== undefined && timeout <= 0);

/**
 * In the word of state: somebody has the reservation. Only those who miss the fast path look at the
 * reservation itself.
 */
export const RESERVED: number = 1 << 30;

/** How long a waiter takes its chances before it takes the reservation, in milliseconds. */
const patience = 1;

/**
 * How long what is free is kept for whoever has the reservation, and how often that looks; in
 * milliseconds.
 */
const reservedFor = 20;
const reservationLook = 10;
/** How often to look whether somebody has died, which asks the system. */
export const deathLook = 50;

/** Where the parts of a gate are, in words from its beginning, which is that of a long. */
const reservationsAt = 1;
const futexAt = 2;
export const reservationAt: number = 4;
export const arrivalsAt: number = 6;
/** How many words a gate takes. */
export const lockWordSize = 8;

/**
 * For how long something was kept, as this child has seen it: how often it had been kept for
 * somebody when this child first looked, and when that was. No clock is the same for all children
 * and never steps back.
 */
const reservationsSeen = new Map<string, { keeps: number; since: number }>();
/** More than are waited for at once: those of locks that were asked for once only. */
const mostReservationsSeen = 1000;

/** One waiter, as the others know it: 0 where nobody needs to. */
const nobody = 0n;

/** A thing that is taken and given back. What its state means, its heirs know. */
export abstract class LockWord {
  readonly block: Block;
  protected readonly arena: Arena;
  protected readonly words: Int32Array;
  /** The word of state. */
  protected readonly state: number;
  protected readonly futex: Futex;
  readonly #reservation: number;
  readonly #key: string;
  readonly #header: number;
  readonly #serial: number;
  /** What an error calls it. */
  protected readonly name: string;

  /** `offset` is where in the block it begins, in words. */
  constructor(block: Block, name: string, offset: number = 0) {
    this.block = block;
    this.arena = block.arena;
    this.words = block.arena.words;
    this.state = block.word + offset;
    this.futex = new Futex(block.arena, this.state + futexAt);
    this.#reservation = (this.state + reservationAt) / 2;
    this.#key = `${block.arena.method} ${this.state} ${block.serial}`;
    this.#header = block.address / 4;
    this.#serial = block.serial;
    this.name = name;
  }

  /**
   * Takes it if it is free; `reservation` is the caller's, if it has one. Without effect if it
   * fails.
   */
  protected abstract take(reservation: bigint): boolean;

  /** @throws {Error} If it was disposed of, here or in another child. */
  check(action: string): void {
    if (this.words[this.#header] === this.#serial) return;
    throw new Error(`Cannot ${action} ${this.name} as it is disposed`);
  }

  #checkAcquire(): void {
    this.check("acquire");
    if (this.arena.isDeclaredDead()) {
      throw new Error(`Cannot acquire ${this.name} as this thread was ended`);
    }
  }

  /** Whether who took it died, and nobody has given it back since. */
  get isAbandoned(): boolean {
    this.check("read");
    return false;
  }

  /** Gives back what was taken. */
  abstract release(): void;

  /** Frees the memory. Whoever waits, in any child, is woken to see it. */
  dispose(): void {
    free(this.block, { then: () => this.wake() });
  }

  /** Has all who wait look again. */
  wake(): void {
    this.futex.wake();
  }

  /** Takes it if it is free. */
  tryAcquire(): boolean {
    this.#checkAcquire();
    return this.take(nobody);
  }

  /**
   * Takes it, when it is free and this waiter's reservation: `true`, or `false` once the time is
   * over.
   */
  async acquire(options: AcquireOptions = {}): Promise<boolean> {
    checkWait(options);
    const { timeout, signal } = options;
    if (this.tryAcquire()) return true;
    if (triesOnce(options)) return false;
    const left = countdown(timeout);
    const { waiter, leave } = joinLocalQueue(this.#key);
    try {
      if (!await waiter.toFront({ timeout: left(), signal })) return false;
      const acquisition = this.#arrive();
      try {
        const { attempt } = acquisition;
        return await this.futex.wait(attempt, { timeout: left(), signal }, acquisition);
      } finally {
        acquisition.leave();
      }
    } finally {
      leave();
    }
  }

  /** The same, with this thread blocked meanwhile. */
  acquireSync(options: AcquireSyncOptions = {}): boolean {
    checkWait(options);
    if (this.tryAcquire()) return true;
    if (triesOnce(options)) return false;
    const acquisition = this.#arrive();
    try {
      // Waiters of this child cannot go on before this call ends: their reservation is this call's,
      // too.
      return this.futex.waitSync(
        () => acquisition.attempt() || this.#takeForChild(),
        options.timeout,
        acquisition,
      );
    } finally {
      acquisition.leave();
    }
  }

  /** Begins a wait. */
  #arrive(): Acquisition {
    // 31 bits, so that a reservation is a positive long.
    const arrival = Atomics.add(this.words, this.state + arrivalsAt, 1) & arrivalMask;
    const me = BigInt(arrival) << 32n | BigInt(this.arena.me);
    const impatientAt = performance.now() + patience;
    let isImpatient = false;
    let deathLookAt = impatientAt + deathLook;
    return {
      attempt: () => {
        this.#checkAcquire();
        if (this.take(me)) return true;
        isImpatient ||= performance.now() >= impatientAt;
        // It may have been kept for the one that had the reservation before.
        return isImpatient && this.#takeReservation(me) && this.take(me);
      },
      longest: () => {
        if (!isImpatient) return undefined;
        const now = performance.now();
        if (now >= deathLookAt) {
          this.lookForDeath();
          deathLookAt = now + deathLook;
        }
        return this.#longest(me);
      },
      leave: () => {
        if (isImpatient && this.block.isLive) this.#giveReservation(me);
      },
    };
  }

  #takeForChild(): boolean {
    const reservation = Atomics.load(this.arena.longs, this.#reservation);
    return reservation !== nobody && ownerOf(reservation) === this.arena.me &&
      this.take(reservation);
  }

  /**
   * Takes the reservation, unless somebody has it who came earlier and lives. Tells whether it was
   * taken.
   */
  #takeReservation(me: bigint): boolean {
    for (;;) {
      const reservation = Atomics.load(this.arena.longs, this.#reservation);
      if (reservation !== me) {
        if (reservation !== nobody && isBefore(reservation, me) && this.#isAlive(reservation)) {
          return false;
        }
        if (
          Atomics.compareExchange(this.arena.longs, this.#reservation, reservation, me) !==
            reservation
        ) continue;
      } else if ((Atomics.load(this.words, this.state) & RESERVED) !== 0) return false;
      this.reserve();
      Atomics.or(this.words, this.state, RESERVED);
      return true;
    }
  }

  /** Whether it could be taken, but for the reservation. */
  protected abstract get isFree(): boolean;

  /** Looks whether who keeps it from others has ended. */
  lookForDeath(): void {}

  /**
   * How long a waiter may sleep that has the reservation, or for whose reservation nothing is kept.
   */
  #longest(me: bigint): number | undefined {
    const isReserved = (Atomics.load(this.words, this.state) & RESERVED) !== 0;
    // While it is held there is a wake-up to come.
    if (!isReserved || !this.isFree) return undefined;
    return Atomics.load(this.arena.longs, this.#reservation) === me ? reservationLook : reservedFor;
  }

  /** From now on what is free is kept for whoever has the reservation. */
  protected reserve(): void {
    Atomics.add(this.words, this.state + reservationsAt, 1);
  }

  /** Gives the reservation back, and lets the others have a look. */
  #giveReservation(me: bigint): void {
    if (Atomics.compareExchange(this.arena.longs, this.#reservation, me, nobody) !== me) return;
    this.futex.wake();
  }

  /** Whether a caller may take what is reserved: it has the reservation, or nobody has. */
  protected mayTake(reservation: bigint): boolean {
    const now = Atomics.load(this.arena.longs, this.#reservation);
    if (now === nobody || now === reservation || !this.#isAlive(now)) return true;
    if (!this.#wasReservedLong()) return false;
    Atomics.compareExchange(this.arena.longs, this.#reservation, now, nobody);
    return true;
  }

  #wasReservedLong(): boolean {
    const keeps = Atomics.load(this.words, this.state + reservationsAt);
    const now = performance.now();
    const seen = reservationsSeen.get(this.#key);
    if (seen?.keeps === keeps) {
      if (now - seen.since < reservedFor) return false;
      reservationsSeen.delete(this.#key);
      return true;
    }
    if (reservationsSeen.size >= mostReservationsSeen) reservationsSeen.clear();
    reservationsSeen.set(this.#key, { keeps, since: now });
    return false;
  }

  #isAlive(reservation: bigint): boolean {
    return this.arena.members.isAlive(ownerOf(reservation));
  }
}

/** A wait, from its arrival on. */
interface Acquisition extends WaitPolicy {
  attempt(): boolean;
  leave(): void;
}

const arrivalMask = 0x7fff_ffff;

/**
 * Whether the first of two waiters came earlier, also where the count of arrivals began anew in
 * between.
 */
function isBefore(one: bigint, two: bigint): boolean {
  const later = (Number(two >> 32n) - Number(one >> 32n)) & arrivalMask;
  return later > 0 && later <= arrivalMask / 2;
}

const ownerOf = (reservation: bigint): number => Number(reservation & 0xffff_ffffn);
