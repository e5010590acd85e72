/**
 * The servers that this thread has reached.
 *
 * @module
 * @internal
 */

import { connect } from "../../channel/connect.ts";
import type { Connection } from "../../channel/connection.ts";
import { AuthenticationError } from "../../errors.ts";
import { countdown } from "../../wait/latch.ts";
import { ServerLink } from "./server_link.ts";
import { randomNumber } from "../protocol/messages.ts";
import { SharedMemoryTransport, SocketTransport } from "./transport.ts";
import type { Route, SocketEndpoint } from "../protocol/route.ts";

/** By the servers' ids; of several to one server the last is used. */
const links = new Map<string, ServerLink[]>();

/** Notes a conversation, so that proxies of the same server which come here use it. */
export function noteLink(link: ServerLink): ServerLink {
  const { id } = link.route;
  const all = links.get(id) ?? [];
  links.set(id, all);
  all.push(link);
  link.onFailure = () => {
    all.splice(all.indexOf(link), 1);
    if (all.length === 0) links.delete(id);
  };
  return link;
}

/** The conversation with a server: the one there is, or a new one. */
export function linkTo(route: Route): ServerLink {
  return knownLink(route.id) ?? noteLink(newLink(route));
}

/** The conversation with a server, if there is one. */
export function knownLink(id: string): ServerLink | undefined {
  return links.get(id)?.at(-1);
}

function newLink(route: Route): ServerLink {
  const key = randomNumber();
  const { memory, socket } = route;
  if (memory !== undefined) {
    return new ServerLink(route, key, new SharedMemoryTransport(memory, key), memory.method);
  }
  return new ServerLink(route, key, new SocketTransport(reach(socket!)), undefined);
}

/** How long a socket may take to be opened, and how often to try it, in milliseconds. */
const openingTime = 5_000;
const tryEvery = 20;

async function reach(
  socket: SocketEndpoint,
  left: () => number = countdown(socket.isNew ? openingTime : 0),
): Promise<Connection> {
  const { address, authKey } = socket;
  if (authKey === undefined) {
    // Without one nothing could be believed that is said there: it is not even asked.
    throw new AuthenticationError(
      `Cannot use the proxy as this program does not know its manager's key: ` +
        `await Manager.connect(${JSON.stringify(address)}, { authKey }) before it comes`,
    );
  }
  try {
    return await connect(address, { authKey });
  } catch (error) {
    if (left() > 0 && !(error instanceof AuthenticationError)) {
      await new Promise((resolve) => setTimeout(resolve, tryEvery));
      return await reach(socket, left);
    }
    throw error;
  }
}
