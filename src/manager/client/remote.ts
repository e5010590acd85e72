/**
 * The manager of another program.
 *
 * @module
 * @internal
 */

import { copyOf } from "../../channel/authentication.ts";
import { connect, type ConnectOptions } from "../../channel/connect.ts";
import type { Connection } from "../../channel/connection.ts";
import { hasShape } from "../../codec/shape.ts";
import { RemoteError, TimeoutError } from "../../errors.ts";
import { countdown, Latch } from "../../wait/latch.ts";
import { ServerLink } from "./server_link.ts";
import { noteLink } from "./server_links.ts";
import { randomNumber, serverSlot } from "../protocol/messages.ts";
import { SocketTransport } from "./transport.ts";

/** A manager of another program that was reached. */
export interface Remote {
  readonly link: ServerLink;
  /** The names of the types that were registered there. */
  readonly types: readonly string[];
}

/** Connects to the server of another program's manager. */
export async function reachRemote(address: string, options: ConnectOptions): Promise<Remote> {
  const { timeout, signal } = options;
  const authKey = copyOf(options.authKey);
  const left = countdown(timeout);
  const connection = await connect(address, options);
  const transport = new SocketTransport(Promise.resolve(connection));
  const route = { id: "", memory: undefined, socket: { address, authKey } };
  const link = new ServerLink(route, randomNumber(), transport, undefined);
  const introduction = link.call(serverSlot, "introduce", []);
  // Whoever listens there may be no manager, and never answer.
  const isThere = new Latch();
  introduction.then(() => isThere.open(), () => isThere.open());
  try {
    if (!await isThere.wait({ timeout: left(), signal })) throw late(timeout);
  } catch (error) {
    connection.close();
    throw error;
  }
  const { id, types } = checkIntroduction(await introduction, connection);
  link.route = { ...route, id };
  return { link: noteLink(link), types };
}

/** Whoever has the key may listen there, and say anything. */
function checkIntroduction(
  introduction: unknown,
  connection: Connection,
): { readonly id: string; readonly types: readonly string[] } {
  const { id, types } = (introduction ?? {}) as { id?: unknown; types?: unknown };
  if (hasShape([id, types], ["string", "strings"])) {
    return { id: id as string, types: types as string[] };
  }
  connection.close();
  throw new RemoteError("Cannot connect to a manager as what listens there is none");
}

const late = (timeout: number | undefined): TimeoutError =>
  new TimeoutError(`Cannot connect to a manager as none answered within ${timeout} ms`);
