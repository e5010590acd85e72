import { checkObject, checkOptions, checkTimeout } from "../arguments.ts";
import { refuseToSend } from "../codec/extension.ts";
import { AuthenticationError, TimeoutError } from "../errors.ts";
import { checkWait, countdown, longestTimer, Notify, type WaitOptions } from "../wait/latch.ts";
import type { Socket, SocketAddress } from "../runtime/socket.ts";
import { inBackground, nextTurn } from "../runtime/timers.ts";
import { freshAddress, SocketServer } from "../runtime/socket_server.ts";
import type { ListenTls } from "../runtime/tls_options.ts";
import { warnOnce } from "../runtime/warning.ts";
import { LocalWaitQueue } from "../wait/local_queue.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { keyOf, lesserKeyOf, shakeHands } from "./authentication.ts";
import type { Connection } from "./connection.ts";
import { Crowd } from "./crowd.ts";
import { checkLimits, type Limits, usualLimits } from "./limits.ts";
import { socketConnection } from "./socket_connection.ts";
import "./socket_travel.ts";
import { showAs } from "../runtime/inspection.ts";

/** What a listener is to be. */
export interface ListenerOptions {
  /**
   * `"host:port"`, an IPv6 host in brackets, port 0 for one that is free; or the path of a socket.
   * If it is left out, a socket in a new temporary folder that only this user can enter; where that
   * cannot be (Windows, Deno without all of --allow-read, -write, -env and -net), a free port of
   * 127.0.0.1.
   */
  readonly address?: string | undefined;
  /** The key that programs which connect must prove to know. Without it anyone may connect. */
  readonly authKey?: string | Uint8Array | undefined;
  /** As `limits.handshakeTimeout`. */
  readonly handshakeTimeout?: number | undefined;
  /**
   * Encrypts the connections: the options of `tls.createServer` of `node:tls`, such as `key` and
   * `cert`, and `ca` with `requestCert` where those who connect need a certificate, too. They give
   * `connect` its `tls`.
   */
  readonly tls?: ListenTls | undefined;
  /** What programs that connect may ask of this one. */
  readonly limits?: Limits | undefined;
  /**
   * Told why a program that has connected was dropped: an `AuthenticationError`, or what else ended
   * its connection before it has proven itself. `accept` does not tell.
   */
  readonly onRefused?: ((error: Error) => void) | undefined;
}

/**
 * Listens for connections of other programs, which call `connect`; they may run on other runtimes.
 * It listens from when it is made. With an `authKey` both sides prove to each other that they know
 * it: until then the other side can have this one decode nothing and keep no more than some bytes.
 * It has a limited time for that, while others are served.
 *
 * Without an `authKey` everyone who reaches the address may connect: on a port that is every user
 * of the machine, or of the network.
 *
 * A listener alone does not keep the program alive; a pending `accept` does. The file of a socket
 * is removed when the listener is closed or the program ends; one that a killed program has left is
 * replaced.
 *
 * @example
 * ```ts
 * import { connect, Listener } from "@nproc/multiprocessing";
 *
 * using listener = new Listener({ address: "127.0.0.1:0", authKey: "secret" });
 * const address = await listener.address; // 127.0.0.1:34567
 * const [there, here] = await Promise.all([
 *   listener.accept(),
 *   connect(address, { authKey: "secret" }),
 * ]);
 * await there.send("welcome");
 * console.log(await here.recv()); // welcome
 * there.close();
 * here.close();
 * ```
 */
export class Listener implements Disposable {
  readonly #key: Uint8Array | undefined;
  readonly #lesserKey: Uint8Array | undefined;
  readonly #handshakeTimeout: number;
  readonly #messageSize: number | undefined;
  readonly #onRefused: ((error: Error) => void) | undefined;
  readonly #server: SocketServer;
  readonly #address: Promise<string>;
  /** Why it cannot listen. */
  #failure: { readonly error: unknown } | undefined;
  readonly #crowd: Crowd;
  /** What drops those that have not proven themselves yet. */
  readonly #unproven = new Set<AbortController>();
  readonly #proven: Connection[] = [];
  readonly #accepting = new LocalWaitQueue();
  readonly #changed = new Notify();
  #closed = false;

  /**
   * Begins to listen.
   *
   * @throws {TypeError} If `address`, `authKey`, `handshakeTimeout` or one of `limits` is none. Why
   * else it cannot listen, `address` and `accept` say.
   * @throws {RangeError} If one of `limits` is out of range.
   */
  constructor(options?: ListenerOptions);
  constructor(options: ListenerOptions = {}, takesLesserKey: boolean = false) {
    const { address, authKey, handshakeTimeout, limits, tls, onRefused } = options;
    checkOptions("listen", options);
    if (tls !== undefined) checkObject("listen", "tls", tls);
    checkTimeout(handshakeTimeout);
    const checked = checkLimits("listen", limits);
    this.#key = keyOf(authKey);
    this.#lesserKey = takesLesserKey && authKey !== undefined
      ? keyOf(lesserKeyOf(authKey))
      : undefined;
    this.#handshakeTimeout = handshakeTimeout ?? checked.handshakeTimeout ??
      usualLimits.handshakeTimeout;
    this.#messageSize = checked.messageSize;
    const most = checked.connections ?? usualLimits.connections;
    this.#crowd = new Crowd(most);
    this.#onRefused = onRefused;
    const target = address === undefined ? freshAddress() : parseAddress(address, "listen");
    const time = Math.min(this.#handshakeTimeout, longestTimer);
    const encryption = tls && { tls, most, handshakeTimeout: time };
    this.#server = new SocketServer((socket) => void this.#welcome(socket), encryption);
    if (tls === undefined && isPublic(target)) warnOfOpenDoor(formatAddress(target));
    this.#address = this.#server.listen(target).then(formatAddress);
    this.#address.catch((error) => {
      this.#failure = { error };
      this.#changed.notify();
    });
  }

  static {
    showAs<Listener>(this, "Listener", ({ closed }) => ({ state: closed ? "closed" : "open" }));
    refuseToSend("Listener", (value) => #accepting in value, "send what it accepts");
  }

  /**
   * Where it listens, as `connect` takes it; with the port that was free, if that was asked for.
   *
   * @throws {Error} The runtime's own error if it cannot listen, as when the address is in use.
   */
  get address(): Promise<string> {
    return this.#address;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Accepts the next connection of a program that has proven itself, in the order in which they
   * did. It waits until there is one: a program that fails is dropped, and only `onRefused` hears
   * of it.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first. In both cases nothing was accepted.
   * @throws {Error} If the listener is closed, before or meanwhile; the runtime's own error if it
   * cannot listen.
   */
  async accept(options: WaitOptions = {}): Promise<Connection> {
    checkWait(options);
    const { timeout, signal } = options;
    const left = countdown(timeout);
    const slot = this.#accepting.join();
    const release = this.#server.hold();
    try {
      if (!await slot.toFront({ timeout, signal })) throw late(timeout);
      // Who has come is told by the event loop, which a caller that tries again and again must let
      // go on.
      if (timeout !== undefined && timeout <= 0) await nextTurn();
      for (;;) {
        if (this.#closed) throw new Error("Cannot accept as the listener is closed");
        if (this.#failure !== undefined) throw this.#failure.error;
        const next = this.#proven.shift();
        if (next !== undefined) return next;
        if (!await this.#changed.wait({ timeout: left(), signal })) throw late(timeout);
      }
    } finally {
      release();
      slot.leave();
    }
  }

  /**
   * Listens no more, and closes the connections that nobody has accepted; those that were accepted
   * stay. The file of the socket is gone.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    for (const drop of this.#unproven) drop.abort(new Error("The listener is closed"));
    for (const connection of this.#proven.splice(0)) connection.close();
    this.#changed.notify();
  }

  /** Closes the listener. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets a program prove itself, for a time. */
  async #welcome(socket: Socket): Promise<void> {
    const drop = new AbortController();
    const time = Math.min(this.#handshakeTimeout, longestTimer);
    const cancel = inBackground(time, () => drop.abort(tooSlow()));
    const slot = this.#crowd.enter(socket, () => drop.abort(tooMany()));
    this.#unproven.add(drop);
    if (this.#closed) drop.abort(new Error("The listener is closed"));
    try {
      drop.signal.throwIfAborted();
      const first = await shakeHands(socket, "listener", {
        key: this.#key,
        lesserKey: this.#lesserKey,
        signal: drop.signal,
        onHeard: () => slot.speak(),
      });
      // It may have come to its end while nothing of it was waited for.
      drop.signal.throwIfAborted();
      slot.stay();
      this.#proven.push(socketConnection(socket, first, this.#messageSize));
      this.#changed.notify();
    } catch (error) {
      slot.leave();
      if (!this.#closed) this.#onRefused?.(error as Error);
    } finally {
      cancel();
      this.#unproven.delete(drop);
    }
  }
}

/** Whether others than this machine's users can reach an address. */
const isPublic = (address: SocketAddress): boolean =>
  "host" in address && !/^(127\.|::1$|localhost$)/.test(address.host);

function warnOfOpenDoor(address: string): void {
  warnOnce(
    `What is said at ${address} can be read on the way there: give the Listener or Manager tls, or listen at ` +
      "127.0.0.1 behind a tunnel",
  );
}

const late = (timeout: number | undefined): TimeoutError =>
  new TimeoutError(`Cannot accept as nobody connected within ${timeout} ms`);

const tooMany = (): AuthenticationError =>
  new AuthenticationError(
    "Cannot accept a connection as there are as many as limits.connections allows",
  );

const tooSlow = (): AuthenticationError =>
  new AuthenticationError("Cannot accept a connection as it did not prove itself in time");
