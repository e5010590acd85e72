/**
 * A conversation about a server's objects, as the proxies see it that travel by it.
 *
 * @module
 * @internal
 */

import type { Route } from "./route.ts";

/** What is sent of a proxy. */
export type ProxyDescription =
  /** To the server: the slot at which it knows the object. */
  | readonly ["own", slot: number]
  /** From the server: a slot that the client has from now on. */
  | readonly ["granted", slot: number, type: string]
  /** To anyone else: how to get a reference. */
  | readonly ["lent", route: Route, ticket: number, type: string];

/** A client's or the server's side of a conversation. */
export interface Peer {
  /** Whether it is about the objects that are referred to by slots of this link. */
  speaksFor(link: object): boolean;
  /** What the other side is told of the object at a slot of that link. */
  describeOwn(slot: number, type: string): ProxyDescription;
  /** A proxy of what the other side has told of. */
  proxyAt(slot: number, type: string): object;
}
