import { checkObject } from "../arguments.ts";
import { TimeoutError } from "../errors.ts";
import { checkWait, longestTimer, type WaitOptions } from "../wait/latch.ts";
import { dial, type SocketAddress } from "../runtime/socket.ts";
import type { ConnectTls } from "../runtime/tls_options.ts";
import { parseAddress } from "./address.ts";
import { keyOf, shakeHands } from "./authentication.ts";
import type { Connection } from "./connection.ts";
import { socketConnection } from "./socket_connection.ts";
import "./socket_travel.ts";

/** How to connect to a `Listener`. */
export interface ConnectOptions extends WaitOptions {
  /** The key that the listener has, too; without it the listener must have none. */
  readonly authKey?: string | Uint8Array | undefined;
  /**
   * Encrypts the connection, as the listener does that has `tls`: the options of `tls.connect` of
   * `node:tls`, such as `ca`, and `key` and `cert` where the listener wants a certificate.
   */
  readonly tls?: ConnectTls | undefined;
}

/**
 * Connects to a `Listener`, of this program or of another one; it may run on another runtime. With
 * an `authKey` both sides prove to each other that they know it, before anything is decoded.
 *
 * Its `send` is fulfilled once the message is in the hands of the system, and waits while the other
 * side does not receive. It can be given up as long as one before it waits; a message that has
 * begun to go cannot be called back, and counts as sent once the time is over. Its blocking methods
 * throw. It can be given to a child of this program, which has it from then on: here it is of no
 * use any more, but this program passes on what comes and goes, as long as it lives. A child that
 * is no daemon keeps it alive.
 *
 * The key is what the two programs trust each other by. As with CPython's pickle, who has proven it
 * can have modules imported by what it sends, and so run any code here. For who has not, as there
 * is no key, nothing is imported, called or mapped: its values can be of classes and functions that
 * are loaded here already.
 *
 * @example
 * ```ts
 * import { connect, Listener } from "@nproc/multiprocessing";
 *
 * using listener = new Listener({ authKey: "secret" });
 * const accepted = listener.accept();
 * using here = await connect(await listener.address, { authKey: "secret" });
 * using there = await accepted;
 * await here.send({ hello: "world" });
 * console.log(await there.recv()); // { hello: "world" }
 * ```
 *
 * @param address `"host:port"`, an IPv6 host in brackets, or the path of a socket.
 * @param options `timeout`: how long it may take, in milliseconds.
 * @throws {AuthenticationError} If the two sides have not the same key, or one has none, or the
 * other side is something else than a `Listener`.
 * @throws {EOFError} If the other side closed the connection before it has proven itself.
 * @throws {TimeoutError} Once `timeout` is over.
 * @throws The signal's reason, if that is aborted first.
 * @throws {TypeError} If `address` or `authKey` is none.
 * @throws {Error} The runtime's own error if nobody listens there, or this program may not connect.
 */
export async function connect(
  address: string,
  options: ConnectOptions = {},
): Promise<Connection> {
  const target = parseAddress(address, "connect");
  checkWait(options);
  const { authKey, timeout, signal, tls } = options;
  if (tls !== undefined) checkObject("connect", "tls", tls);
  const key = keyOf(authKey);
  const given = new AbortController();
  const abort = () => given.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  const late = () => new TimeoutError(`Cannot connect as that took longer than ${timeout} ms`);
  const timer = timeout === undefined || timeout > longestTimer
    ? undefined
    : setTimeout(() => given.abort(late()), timeout);
  try {
    return await connectTo(target, key, given.signal, tls);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

async function connectTo(
  target: SocketAddress,
  key: Uint8Array | undefined,
  signal: AbortSignal,
  tls: ConnectTls | undefined,
): Promise<Connection> {
  const socket = await dial(target, signal, tls);
  const release = socket.hold();
  try {
    const first = await shakeHands(socket, "connector", { key, signal });
    return socketConnection(socket, first);
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    release();
  }
}
