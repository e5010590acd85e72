/**
 * Sockets: streams of bytes between programs, over TCP or a file of the system.
 *
 * A socket alone does not keep the program alive; who waits for it holds it meanwhile.
 *
 * @module
 * @internal
 */

import type net from "node:net";
import { lateNet, lateTls } from "./lazy_builtins.ts";
import type { ConnectTls } from "./tls_options.ts";
import { inBackground } from "./timers.ts";

/** Where a socket leads to. */
export type SocketAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** The name that the other side's certificate is to be for: a host's, unless that is a number. */
function nameOf(address: SocketAddress): { servername?: string } {
  const isName = "host" in address && lateNet().isIP(address.host) === 0;
  return isName ? { servername: address.host } : {};
}

/** What is heard of the other side. */
export interface SocketEvents {
  /** Bytes have come. They may be kept. */
  data(bytes: Uint8Array): void;
  /**
   * Nothing more comes, and nothing can be sent any more. Comes once; `error` if it was no proper
   * end.
   */
  end(error: Error | undefined): void;
}

/** How long a socket that was closed here waits for the other side to close it, in milliseconds. */
const lingering = 2000;

const deaf: SocketEvents = { data: () => {}, end: () => {} };

/** One end of a stream of bytes. */
export class Socket {
  readonly #socket: net.Socket;
  #events: SocketEvents = deaf;
  /** How many wait for it. */
  #holds = 0;
  /** What rejects the writes that are not done. */
  readonly #writes = new Set<(reason: Error) => void>();
  #over: { readonly error: Error | undefined } | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.unref();
    socket.setNoDelay(true);
    socket.on("end", () => this.#end(undefined));
    socket.on("error", (error: Error) => this.#end(error));
    socket.on("close", () => this.#end(undefined));
  }

  /** Calls `action` when the system has no more of it. */
  onClosed(action: () => void): void {
    this.#socket.on("close", action);
  }

  /** Begins to read, or goes on with another reader. */
  read(events: SocketEvents): void {
    const isFirst = this.#events === deaf;
    this.#events = events;
    if (this.#over !== undefined) return events.end(this.#over.error);
    if (isFirst) {
      this.#socket.on("data", ({ buffer, byteOffset, byteLength }: Uint8Array) => {
        this.#events.data(new Uint8Array(buffer, byteOffset, byteLength));
      });
    }
  }

  /** Lets what comes wait in the system, and then at its sender; a little may still come. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /**
   * Sends bytes, which must not change meanwhile. Fulfilled once all are in the hands of the
   * system, which waits for the other side to read.
   *
   * @throws {Error} If the socket is over, or is before that.
   */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) return reject(ended(this.#over.error));
      this.#writes.add(reject);
      this.#socket.write(bytes, (error) => {
        this.#writes.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Keeps the program alive until what this gives is called. */
  hold(): () => void {
    if (++this.#holds === 1) this.#socket.ref();
    let isHeld = true;
    return () => {
      if (isHeld && --this.#holds === 0) this.#socket.unref();
      isHeld = false;
    };
  }

  /**
   * Ends the stream for both sides, behind what was sent, also where the system does not have it
   * yet. What still comes is dropped, yet read for a while: otherwise the system would take from
   * the other side what that has not read.
   */
  close(): void {
    if (this.#over !== undefined) return;
    this.#over = { error: undefined };
    this.#events = deaf;
    this.#socket.end();
    this.#socket.resume();
    const cancel = inBackground(lingering, () => this.destroy());
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.on("close", () => {
      cancel();
      this.#failWrites(undefined);
    });
  }

  /** Ends the stream at once. */
  destroy(): void {
    this.#leave(undefined);
    this.#socket.destroy();
  }

  /** The other side has ended it, or the way there is cut. */
  #end(error: Error | undefined): void {
    if (this.#over !== undefined) return;
    const { end } = this.#events;
    this.#leave(error);
    this.#socket.destroy();
    end(error);
  }

  #leave(error: Error | undefined): void {
    this.#over ??= { error };
    this.#events = deaf;
    this.#failWrites(error);
  }

  #failWrites(error: Error | undefined): void {
    for (const reject of this.#writes) reject(ended(error));
    this.#writes.clear();
  }
}

const ended = (cause: Error | undefined): Error => new Error("The socket has ended", { cause });

/**
 * Connects a socket, encrypted if there are options for that. Keeps the program alive meanwhile.
 *
 * @throws The signal's reason, if that is aborted first; and the runtime's error as it is.
 */
export function dial(
  address: SocketAddress,
  signal: AbortSignal,
  tls?: ConnectTls,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = tls === undefined
      ? lateNet().connect(address)
      : lateTls().connect({ ...nameOf(address), ...tls, ...address });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    const settle = (action: () => void) => () => {
      signal.removeEventListener("abort", abort);
      action();
    };
    socket.once("error", (error: Error) => settle(() => reject(error))());
    socket.once(
      tls === undefined ? "connect" : "secureConnect",
      settle(() => resolve(new Socket(socket))),
    );
  });
}
