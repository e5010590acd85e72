/**
 * References to objects that are on their way: see `manager/protocol/messages.ts`.
 *
 * @module
 * @internal
 */

import { inBackground } from "../../runtime/timers.ts";
import type { ObjectEntry } from "./entry.ts";
import type { ServedClient } from "./served_client.ts";

/**
 * How long a ticket is good for whose lender is gone, in milliseconds: a message may still be read.
 */
const leaseTime = 30_000;
/** How long a ticket that nobody has lent is waited for: it may come by another, slower way. */
const patience = 5_000;
/**
 * How long a ticket that is taken back can still be claimed, in milliseconds: that, too, may come
 * later.
 */
const lateness = 2_000;
/** How many that were claimed are remembered: a message may be read more than once. */
const mostClaimed = 10_000;

interface Ticket {
  readonly entry: ObjectEntry;
  readonly lender: ServedClient;
}

/** The tickets of a server. */
export class Tickets {
  readonly #lent = new Map<number, Ticket>();
  /** Those that were claimed: their objects, as long as anyone refers to them. */
  readonly #claimed = new Map<number, WeakRef<ObjectEntry>>();
  /** Those who wait for a ticket to be lent. */
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #refer: (entry: ObjectEntry, by: number) => void;

  /** `refer` counts the references to an entry. */
  constructor(refer: (entry: ObjectEntry, by: number) => void) {
    this.#refer = refer;
  }

  lend(ticket: number, entry: ObjectEntry, lender: ServedClient): void {
    this.#refer(entry, 1);
    // What was lent by that number before is no more, or it would be referred to for ever.
    this.#drop(ticket);
    this.#lent.set(ticket, { entry, lender });
    for (const resume of this.#waiting.get(ticket) ?? []) resume();
  }

  /**
   * Takes a ticket back that nobody has claimed. Not at once: whoever has read the message claims
   * it by another conversation, which may be slower than what the lender hears of its end.
   */
  unlend(ticket: number): void {
    if (this.#lent.has(ticket)) inBackground(lateness, () => this.#drop(ticket));
  }

  #drop(ticket: number): void {
    const found = this.#lent.get(ticket);
    if (found === undefined) return;
    this.#lent.delete(ticket);
    this.#refer(found.entry, -1);
  }

  /** What a ticket refers to. From here on the claimant must. */
  claim(ticket: number): ObjectEntry | Promise<ObjectEntry> {
    return this.#take(ticket) ?? this.#claimLater(ticket);
  }

  #take(ticket: number): ObjectEntry | undefined {
    const entry = this.#lent.get(ticket)?.entry;
    if (entry === undefined) return this.#claimed.get(ticket)?.deref();
    this.#drop(ticket);
    this.#claimed.set(ticket, new WeakRef(entry));
    if (this.#claimed.size > mostClaimed) {
      const [oldest] = this.#claimed.keys();
      this.#claimed.delete(oldest!);
    }
    return entry;
  }

  async #claimLater(ticket: number): Promise<ObjectEntry> {
    const waiting = this.#waiting.get(ticket) ?? new Set();
    this.#waiting.set(ticket, waiting);
    if (!this.#claimed.has(ticket)) {
      await new Promise<void>((resolve) => {
        const cancel = inBackground(patience, resolve);
        waiting.add(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#waiting.delete(ticket);
    const entry = this.#take(ticket);
    if (entry !== undefined) return entry;
    throw new Error("Cannot use the proxy as its object is gone: nobody referred to it any more");
  }

  /** Its lender is gone: what it has sent may still be read, but not for ever. */
  leave(lender: ServedClient): void {
    const left = [...this.#lent].filter(([, ticket]) => ticket.lender === lender);
    if (left.length === 0) return;
    inBackground(leaseTime, () => {
      for (const [ticket] of left) this.#drop(ticket);
    });
  }
}
