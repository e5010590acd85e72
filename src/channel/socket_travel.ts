/**
 * How a connection to another program gets to a child. The socket stays where it is; the child gets
 * the end of a pipe, and what comes at one is passed on to the other, message by message.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { isolationRefusal } from "../codec/destination.ts";
import { registerExtension } from "../codec/extension.ts";
import { EOFError } from "../errors.ts";
import { idle } from "../memory/futex.ts";
import { bootNote } from "../runtime/boot.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type Connection, endOf, isConnection } from "./connection.ts";
import type { ConnectionEnd } from "./end.ts";
import { encodeFailure, passedOn } from "./message_format.ts";
import { makePipe } from "./pipe.ts";
import { SocketEnd } from "./socket_end.ts";

/**
 * The main program may end although a relay waits: a child that uses the connection and is no
 * daemon keeps it alive itself. Elsewhere a parent or a sibling may use it, who does not.
 */
const policy = bootNote() === undefined ? idle : undefined;

/** Those that messages which are not sent yet are to take with them. */
const leaving = new WeakSet<SocketEnd>();

const socketEndOf = (value: object): SocketEnd => endOf(value as Connection) as SocketEnd;

registerExtension({
  name: "SocketConnection",
  module: import.meta.url,
  matches: (value) => isConnection(value) && endOf(value) instanceof SocketEnd,
  refuses: (value, channel) => {
    const end = socketEndOf(value);
    if ((value as Connection).closed) return "is a Connection that is closed";
    if (end.isGivenAway) return "is a Connection that was given to a child";
    if (leaving.has(end)) return "is a Connection that another message is to take with it";
    if (channel !== undefined) return isolationRefusal("Connection", channel);
    return "is a Connection, which only children of this program can use";
  },
  isLocal: true,
  shape: ["object"],
  describe: (value, departure): [Connection] => {
    const end = socketEndOf(value);
    const [mine, theirs] = makePipe(departure.channel as StartMethod, true, end.origin);
    leaving.add(end);
    let hasBegun = false;
    departure.onDelivery({
      sent: () => {
        hasBegun = true;
        leaving.delete(end);
        theirs.close();
        void relay(end.handOn(), endOf(mine));
      },
      dropped: () => {
        leaving.delete(end);
        // If it was sent and nobody reads it, the pipe's other end is closed, which ends the relay.
        if (hasBegun) return;
        theirs.close();
        mine.close();
      },
    });
    return [theirs];
  },
  revive: (description) => (description as [Connection])[0],
});

/** Passes on what comes at one end to the other, in both directions, until both have ended. */
async function relay(socket: SocketEnd, pipe: ConnectionEnd): Promise<void> {
  await Promise.all([passIn(socket, pipe), passOut(pipe, socket)]);
}

/** To the child, until the other program has closed the connection, or both have. */
async function passIn(socket: ConnectionEnd, pipe: ConnectionEnd): Promise<void> {
  let failure: unknown;
  try {
    while (failure === undefined) {
      const message = await next(socket);
      if (message === undefined) break;
      failure = await failureOf(pipe.put(passedOn(message)));
      // The child has closed its end: what comes goes nowhere, so that the other program can go on.
      if (failure instanceof Error && !(failure instanceof RangeError)) failure = undefined;
    }
  } catch (error) {
    failure = error;
  }
  if (failure !== undefined) await failureOf(pipe.put(encodeFailure(failure)));
  pipe.close();
  socket.close();
}

/**
 * From the child, until it has closed its end; then the connection is closed behind what it sent.
 */
async function passOut(pipe: ConnectionEnd, socket: ConnectionEnd): Promise<void> {
  let message: Uint8Array | undefined;
  // It was closed here, as the other program has closed the connection.
  const taken = () => next(pipe).catch(() => undefined);
  while ((message = await taken()) !== undefined) {
    // The other program is gone: what it had sent is still passed in, and that is the end.
    if (await failureOf(socket.put(message)) !== undefined) return;
  }
  socket.close();
}

/** The next message; nothing if there is none and none can come. */
async function next(end: ConnectionEnd): Promise<Uint8Array | undefined> {
  try {
    const read = (decoder: Decoder, length: number) => decoder.readBytes(length);
    const taken = await end.take(read, {}, policy);
    return taken?.value;
  } catch (error) {
    if (error instanceof EOFError) return undefined;
    throw error;
  }
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
    return undefined;
  } catch (error) {
    return error;
  }
}
