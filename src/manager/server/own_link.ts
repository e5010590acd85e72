/**
 * A server's conversation with itself, about objects that it was given proxies of.
 *
 * @module
 * @internal
 */

import type { StartMethod } from "../../runtime/start_method.ts";
import { ServerLink } from "../client/server_link.ts";
import { randomNumber } from "../protocol/messages.ts";
import type { LoopTransport } from "../client/transport.ts";
import type { Route } from "../protocol/route.ts";

/** Claims what a ticket refers to, for a slot. `peer`: who has sent the ticket. */
export type Claim = (slot: number, ticket: number, peer: unknown) => void;

/** The object at a slot. */
export type Lookup = (slot: number) => object | undefined;

/**
 * A link of the server to itself. What was lent to it is claimed at once: the next request may ask
 * for it.
 */
export class OwnLink extends ServerLink {
  readonly #claim: Claim;
  readonly #lookup: Lookup;

  constructor(
    route: Route,
    transport: LoopTransport,
    method: StartMethod,
    claim: Claim,
    lookup: Lookup,
  ) {
    super(route, randomNumber(), transport, method);
    this.#claim = claim;
    this.#lookup = lookup;
  }

  override areSame(slot: number, other: number): boolean {
    return slot === other || this.#lookup(slot) === this.#lookup(other);
  }

  override claim(ticket: number, type: string, peer: unknown): object {
    const slot = this.newSlot();
    this.#claim(slot, ticket, peer);
    return this.proxyAt(slot, type);
  }
}
