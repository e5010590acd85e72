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
 * The connection; `introduction` is what the handshake gave, `key` what was proven there, and
 * `messageSize` how many bytes a message may have, if that was said.
 */
export function socketConnection(
  socket: Socket,
  introduction: Introduction,
  key: Uint8Array | undefined,
  messageSize?: number,
): Connection {
  const origin = key === undefined ? "stranger" : "proven";
  const size = messageSize ?? usualLimits.messageSize[origin];
  return connectionTo(new SocketEnd(new Wire(socket, introduction, size), origin));
}
