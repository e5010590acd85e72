/**
 * A connection over a socket whose other side has said who it is.
 *
 * @module
 * @internal
 */

import type { Socket } from "../runtime/socket.ts";
import type { Introduction } from "./authentication.ts";
import { type Connection, connectionTo } from "./connection.ts";
import { usualLimits } from "./limits.ts";
import { SocketEnd } from "./socket_end.ts";
import { Wire } from "./wire.ts";

/**
 * The connection; `introduction` is what the handshake gave, and `messageSize` how many bytes a
 * message may have, if that was said.
 */
export function socketConnection(
  socket: Socket,
  introduction: Introduction,
  messageSize?: number,
): Connection {
  const { origin } = introduction;
  const { proven, stranger } = usualLimits.messageSize;
  const size = messageSize ?? (origin === "stranger" ? stranger : proven);
  return connectionTo(new SocketEnd(new Wire(socket, introduction, size), origin));
}
