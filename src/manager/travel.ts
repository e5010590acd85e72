/**
 * How proxies travel: as a slot between a client and the server itself, and as a ticket and the ways
 * to the server everywhere else.
 *
 * @module
 * @internal
 */

import { lesserKeyOf } from "../channel/authentication.ts";
import { isolated } from "../codec/destination.ts";
import { DecodeFailure } from "../codec/failure.ts";
import { isForeign, type Origin } from "../codec/origin.ts";
import { registerKind } from "../codec/registry.ts";
import { laneOf } from "../queue/queue.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type Link, RemoteTarget } from "./link.ts";
import { knownLink, linkTo } from "./links.ts";
import type { Description, Peer } from "./peer.ts";
import "./proxies/all.ts";
import { targetOf } from "./target.ts";
import type { Gate, Way } from "./way.ts";

/** Whether it travels by a conversation with the server that has the object. */
const isPeerOf = (peer: unknown, { link }: RemoteTarget): peer is Peer =>
  (peer as Peer | undefined)?.speaksFor(link) ?? false;

/** The ways that whoever is on that channel can go. */
function waysFor({ way: { id, door, gate } }: Link, channel: unknown): Way {
  return {
    id,
    door: door?.method === channel ? door : undefined,
    gate: gate && gateFor(gate, channel),
  };
}

/** A key is told to this program's children alone; by that of those with fewer permissions the server knows them. */
function gateFor(gate: Gate, channel: unknown): Gate {
  const { authKey, isLesser = false } = gate;
  if (channel === undefined || authKey === undefined) return { ...gate, authKey: undefined };
  if (channel !== isolated || isLesser) return gate;
  return { ...gate, authKey: lesserKeyOf(authKey), isLesser: true };
}

/** Whether they can reach the server, now or as soon as it is told to open a gate. */
function canReach(link: Link, channel: unknown): boolean {
  return link.way.door?.method === channel || link.canOpenGate;
}

/** Whether nobody is there any more: known by what was asked, or by the inbox, which is disposed of then. */
function hasEnded({ failure, way: { door } }: Link): boolean {
  return failure !== undefined || (door !== undefined && !laneOf(door.inbox).block.isLive);
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

function isWay(way: unknown): way is Way {
  if (typeof way !== "object" || way === null) return false;
  const { id, door, gate } = way as Partial<Way>;
  return typeof id === "string" && (door !== undefined || typeof gate?.address === "string");
}

/**
 * The conversation with the server of a proxy that has come. For another program, or a child of fewer permissions,
 * none is begun: it could lead anywhere, and the key is this program's user's to know.
 */
function linkFor(way: Way, origin: Origin): Link {
  if (!isForeign(origin)) return linkTo(way);
  const { id, gate } = way;
  if (origin !== "stranger") {
    return linkTo({ id, door: undefined, gate: gate && { ...gate, authKey: undefined } });
  }
  const known = knownLink(id);
  if (known !== undefined) return known;
  throw new DecodeFailure("it holds a proxy of a manager that this program has not connected to");
}

registerKind({
  name: "ManagedObject",
  module: import.meta.url,
  matches: (value) => targetOf(value) instanceof RemoteTarget,
  refuses: (value, channel, peer) => refusal(targetOf(value) as RemoteTarget, channel, peer),
  shape: ["string", "any", "any", "string?"],
  describe: (value, departure): Description => {
    const target = targetOf(value) as RemoteTarget;
    const { link, slot, type } = target;
    const { channel, peer } = departure;
    if (isPeerOf(peer, target)) return peer.describeOwn(slot, type);
    // Lent before the message is sent: whoever reads it claims it at once.
    if (link.way.door?.method !== channel) link.openGate();
    const ticket = link.lend(slot);
    departure.onTrip({ drop: () => link.unlend(ticket) });
    return ["lent", waysFor(link, channel), ticket, type];
  },
  revive: (description, peer, origin) => {
    const [how, ...rest] = description as Description;
    if (how === "lent") {
      const [way, ticket, type] = rest as [Way, number, string];
      if (!isWay(way) || !Number.isSafeInteger(ticket) || typeof type !== "string") throw noProxy();
      return linkFor(way, origin).claim(ticket, type, peer);
    }
    const [slot, type] = rest as [number, string?];
    const speaks = typeof peer === "object" && peer !== null && "proxyAt" in peer;
    const isTyped = type === undefined || typeof type === "string";
    if (!speaks || !isTyped || !Number.isSafeInteger(slot)) throw noProxy();
    return (peer as Peer).proxyAt(slot, type ?? "object");
  },
});
