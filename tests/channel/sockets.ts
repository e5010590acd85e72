/** What the suites of listeners share. */

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import net from "node:net";
import path from "node:path";
import { connect, type Connection, Listener, type ListenerOptions } from "../../mod.ts";
import { framed } from "../../src/channel/frames.ts";
import { Seals, sealSize } from "../../src/channel/seal.ts";
import { Folder } from "../process/scratch.ts";

/** A listener and a connection to it, both ends. All are closed together. */
export class Link implements Disposable {
  readonly listener: Listener;
  /** The end that called `connect`, and the one that was accepted. */
  readonly here: Connection;
  readonly there: Connection;

  private constructor(listener: Listener, here: Connection, there: Connection) {
    this.listener = listener;
    this.here = here;
    this.there = there;
  }

  /** Makes one. */
  static async make(options: ListenerOptions = {}): Promise<Link> {
    const listener = new Listener(options);
    const accepted = listener.accept();
    const here = await connect(await listener.address, { authKey: options.authKey });
    return new Link(listener, here, await accepted);
  }

  /** Closes all. */
  [Symbol.dispose](): void {
    this.here.close();
    this.there.close();
    this.listener.close();
  }
}

/** The ways of a socket, by what to call them. */
export const transports: Readonly<Record<string, () => { address?: string } & Disposable>> = {
  "TCP": () => ({ address: "127.0.0.1:0", [Symbol.dispose]: () => {} }),
  "a socket file": () => {
    const folder = new Folder();
    return { address: folder.file("socket"), [Symbol.dispose]: () => folder[Symbol.dispose]() };
  },
  "an address of its own": () => ({ [Symbol.dispose]: () => {} }),
};

/** What `node:net` is told of an address. */
export function netOptions(address: string): net.NetConnectOpts {
  if (path.isAbsolute(address)) return { path: address };
  const [host, port] = address.split(":");
  return { host: host!, port: Number(port) };
}

/** A program that connects and does not know what to say. */
export class Stranger implements Disposable {
  readonly #socket: net.Socket;
  readonly #connected = Promise.withResolvers<void>();
  /** Fulfilled once the other side has closed the connection. */
  readonly dropped: Promise<void>;
  #said: Uint8Array[] = [];
  #more = Promise.withResolvers<void>();

  constructor(address: string) {
    this.#socket = net.connect(netOptions(address), () => this.#connected.resolve());
    this.#socket.on("error", () => {}); // It may be reset; "close" follows.
    this.#socket.on("data", (bytes: Uint8Array) => {
      this.#said.push(bytes);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    });
    this.dropped = new Promise((resolve) => this.#socket.once("close", () => resolve()));
  }

  /** Says something; fulfilled once it is sent. */
  async say(...parts: (Uint8Array | string)[]): Promise<void> {
    await this.#connected.promise;
    await new Promise<void>((resolve) =>
      this.#socket.write(Buffer.concat(parts.map(bytes)), () => resolve())
    );
  }

  /** What the listener has said, as soon as it is so many bytes. */
  async hear(count: number): Promise<Uint8Array> {
    for (;;) {
      const all = Buffer.concat(this.#said);
      if (all.length >= count) return new Uint8Array(all.subarray(0, count));
      await this.#more.promise;
    }
  }

  /** How many bytes the listener has said so far. */
  get heard(): number {
    return this.#said.reduce((sum, part) => sum + part.length, 0);
  }

  /** Reads no more of what the listener says. */
  pause(): void {
    this.#socket.pause();
  }

  /** Ends what it says, and goes on listening. */
  end(): void {
    this.#socket.end();
  }

  /** Hangs up. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

const bytes = (part: Uint8Array | string): Uint8Array =>
  typeof part === "string" ? new TextEncoder().encode(part) : part;

/** What a program says first, with a key or without one. */
export function greeting(hasKey: boolean): Uint8Array {
  return Buffer.concat([
    bytes(`nproc-multiprocessing/2${hasKey ? "+" : "-"}`),
    new Uint8Array(32).fill(7),
  ]);
}

/**
 * Has a stranger prove a key, as who connects.
 *
 * @returns What makes of a message what is written to the stream; each can be sent once, and in
 * order.
 */
export async function proveKey(
  stranger: Stranger,
  key: string,
): Promise<(message: Uint8Array) => Uint8Array> {
  const mine = greeting(true);
  await stranger.say(mine);
  const theirs = await stranger.hear(mine.length);
  const proof = (of: string): Uint8Array =>
    createHmac("sha256", key).update(Buffer.concat([bytes(`${of}\0`), theirs, mine])).digest();
  await stranger.say(proof("connector"));
  const seals = new Seals(proof("messages of the connector"), proof("messages of the listener"));
  return (message) => {
    const frame = framed(message, sealSize);
    frame.set(seals.seal(message), frame.length - sealSize);
    return frame;
  };
}

/** A message of bytes: its kind, and so much that the bytes begin at a word. */
export function bytesMessage(...bytes: number[]): Uint8Array {
  return new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, ...bytes]);
}
