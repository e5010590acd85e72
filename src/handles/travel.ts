/**
 * How targets travel: what a message refers to is held until whoever reads it holds it, too.
 *
 * @module
 * @internal
 */

import type { DeliveryHooks, Departure } from "../codec/extension.ts";
import type { Arena } from "../memory/arena.ts";
import type { Carrier } from "./hold_records.ts";
import { holdsOf, type MessageHold } from "./holds.ts";
import type { HoldTarget } from "./target.ts";

/**
 * Has a message hold a target.
 *
 * @returns What who reads it needs for `arrive`, if it needs anything.
 * @throws {RangeError} If there is no memory to note that.
 */
export function depart(target: HoldTarget, departure: Departure): MessageHold | undefined {
  if (departure.heldBy === "carrier") {
    departure.onDelivery(new Boarding(target));
    return undefined;
  }
  const hold = holdsOf(target.arena).addMessage(target, holderOf(departure, target.arena));
  departure.onDelivery({ dropped: () => arrive(target, hold) });
  return hold;
}

/** The member id of the child that is to live as long as the message may be read. */
function holderOf({ heldBy }: Departure, { me, members }: Arena): number {
  if (typeof heldBy === "object") return heldBy.reader;
  return heldBy === "parent" ? members.parent ?? me : me;
}

/** The message was read, and who has read it has a hold of its own; or nobody will read it. */
export function arrive(target: HoldTarget, hold: MessageHold | undefined): void {
  if (hold !== undefined) holdsOf(target.arena).removeMessage(target, hold);
}

/** The trip of a target with something that carries messages. */
class Boarding implements DeliveryHooks {
  readonly #target: HoldTarget;
  #carrier: Carrier | undefined;

  constructor(target: HoldTarget) {
    this.#target = target;
  }

  departing(carrier: object): void {
    holdsOf(this.#target.arena).add(this.#target, carrier as Carrier);
    this.#carrier = carrier as Carrier;
  }

  sent(): void {
    const carrier = this.#leave();
    if (carrier !== undefined) holdsOf(this.#target.arena).carry(this.#target, carrier);
  }

  dropped(): void {
    const carrier = this.#leave();
    if (carrier !== undefined) holdsOf(this.#target.arena).remove(this.#target, carrier);
  }

  #leave(): Carrier | undefined {
    const carrier = this.#carrier;
    this.#carrier = undefined;
    return carrier;
  }
}
