/**
 * How proxies travel: as a slot between a client and the server itself, and as a ticket and the
 * ways to the server everywhere else.
 *
 * @module
 * @internal
 */

import { lesserKeyOf } from "../../channel/authentication.ts";
import { isolated } from "../../codec/destination.ts";
import { DecodeFailure } from "../../codec/failure.ts";
import { isForeign, type Origin } from "../../code/origin.ts";
import { registerExtension } from "../../codec/extension.ts";
import { recordsOf } from "../../queue/queue.ts";
import type { StartMethod } from "../../runtime/start_method.ts";
import { RemoteTarget, type ServerLink } from "./server_link.ts";
import { knownLink, linkTo } from "./server_links.ts";
import type { Peer, ProxyDescription } from "../protocol/peer.ts";
import "./proxies/all.ts";
import { targetOf } from "../protocol/target.ts";
import type { Route, SocketEndpoint } from "../protocol/route.ts";

/** Whether it travels by a conversation with the server that has the object. */
const isPeerOf = (peer: unknown, { link }: RemoteTarget): peer is Peer =>
  (peer as Peer | undefined)?.speaksFor(link) ?? false;

/** The ways that whoever is on that channel can go. */
function routeFor({ route: { id, memory, socket } }: ServerLink, channel: unknown): Route {
  return {
    id,
    memory: memory?.method === channel ? memory : undefined,
    socket: socket && socketFor(socket, channel),
  };
}

/**
 * A key is told to this program's children alone; by that of those with fewer permissions the
 * server knows them.
 */
function socketFor(socket: SocketEndpoint, channel: unknown): SocketEndpoint {
  const { authKey, isLesser = false } = socket;
  if (channel === undefined || authKey === undefined) return { ...socket, authKey: undefined };
  if (channel !== isolated || isLesser) return socket;
  return { ...socket, authKey: lesserKeyOf(authKey), isLesser: true };
}

/** Whether they can reach the server, now or as soon as it is told to open a socket. */
function canReach(link: ServerLink, channel: unknown): boolean {
  return link.route.memory?.method === channel || link.canOpenSocket;
}

/**
 * Whether nobody is there any more: known by what was asked, or by the inbox, which is disposed of
 * then.
 */
function hasEnded({ failure, route: { memory } }: ServerLink): boolean {
  return failure !== undefined || (memory !== undefined && !recordsOf(memory.inbox).block.isLive);
}

function nameOf(channel: unknown): string {
  if (channel === undefined) return "another program";
  if (channel === isolated) return "children of fewer permissions";
  return `children of the start method "${channel as StartMethod}"`;
}

function refusal(target: RemoteTarget, channel: unknown, peer: unknown): string | undefined {
  if (target.isReleased) return "is a proxy that was disposed of";
  if (target.link.isDisconnected) return "is a proxy whose connection to its manager was closed";
  if (hasEnded(target.link)) return "is a proxy whose manager has ended";
  if (isPeerOf(peer, target)) return undefined;
  if (canReach(target.link, channel)) return undefined;
  return `is a proxy whose manager ${nameOf(channel)} cannot reach yet: await its address first`;
}

const noProxy = (): Error => new DecodeFailure("it holds a proxy that is none");

function isRoute(route: unknown): route is Route {
  if (typeof route !== "object" || route === null) return false;
  const { id, memory, socket } = route as Partial<Route>;
  return typeof id === "string" && (memory !== undefined || typeof socket?.address === "string");
}

/**
 * The conversation with the server of a proxy that has come. For another program, or a child of
 * fewer permissions, none is begun: it could lead anywhere, and the key is this program's user's to
 * know.
 */
function linkFor(route: Route, origin: Origin): ServerLink {
  if (!isForeign(origin)) return linkTo(route);
  const { id, socket } = route;
  if (origin !== "stranger") {
    return linkTo({ id, memory: undefined, socket: socket && { ...socket, authKey: undefined } });
  }
  const known = knownLink(id);
  if (known !== undefined) return known;
  throw new DecodeFailure("it holds a proxy of a manager that this program has not connected to");
}

registerExtension({
  name: "ManagedObject",
  module: import.meta.url,
  matches: (value) => targetOf(value) instanceof RemoteTarget,
  refuses: (value, channel, peer) => refusal(targetOf(value) as RemoteTarget, channel, peer),
  shape: ["string", "any", "any", "string?"],
  describe: (value, departure): ProxyDescription => {
    const target = targetOf(value) as RemoteTarget;
    const { link, slot, type } = target;
    const { channel, peer } = departure;
    if (isPeerOf(peer, target)) return peer.describeOwn(slot, type);
    // Lent before the message is sent: whoever reads it claims it at once.
    if (link.route.memory?.method !== channel) link.openSocket();
    const ticket = link.lend(slot);
    departure.onDelivery({ dropped: () => link.unlend(ticket) });
    return ["lent", routeFor(link, channel), ticket, type];
  },
  revive: (description, peer, origin) => {
    const [how, ...rest] = description as ProxyDescription;
    if (how === "lent") {
      const [route, ticket, type] = rest as [Route, number, string];
      if (!isRoute(route) || !Number.isSafeInteger(ticket) || typeof type !== "string") {
        throw noProxy();
      }
      return linkFor(route, origin).claim(ticket, type, peer);
    }
    const [slot, type] = rest as [number, string?];
    const speaks = typeof peer === "object" && peer !== null && "proxyAt" in peer;
    const isTyped = type === undefined || typeof type === "string";
    if (!speaks || !isTyped || !Number.isSafeInteger(slot)) throw noProxy();
    return (peer as Peer).proxyAt(slot, type ?? "object");
  },
});
