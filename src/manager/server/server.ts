/**
 * A manager's server: a child that holds the managed objects, and does with them what its clients
 * ask for.
 *
 * @module
 * @internal
 */

import { endOf } from "../../channel/connection.ts";
import type { Connection } from "../../channel/connection.ts";
import { type Limits, usualLimits } from "../../channel/limits.ts";
import { Listener, type ListenerOptions } from "../../channel/listener.ts";
import { Messages, type ReadMessage } from "../../channel/messages.ts";
import { Decoder } from "../../codec/decoder.ts";
import { RemoteError } from "../../errors.ts";
import { fromParts } from "../../from_parts.ts";
import { type ChildContext, takeRole } from "../../process/child_role.ts";
import { frameKind } from "../../process/messages.ts";
import { type Queue, recordsOf } from "../../queue/queue.ts";
import { exitChild } from "../../runtime/current.ts";
import { arenaOf } from "../../memory/arena.ts";
import { makeFolderOf } from "../../runtime/socket_server.ts";
import type { StartMethod } from "../../runtime/start_method.ts";
import type { ListenTls } from "../../runtime/tls_options.ts";
import { inBackground, nextTurn } from "../../runtime/timers.ts";
import { ObjectEntry } from "./entry.ts";
import { RemoteTarget, type ServerLink } from "../client/server_link.ts";
import { noteLink } from "../client/server_links.ts";
import { OwnLink } from "./own_link.ts";
import { operation } from "../protocol/messages.ts";
import type { Replies } from "./outbox.ts";
import { type Host, ServedClient } from "./served_client.ts";
import { ServerObject } from "./server_object.ts";
import { targetOf } from "../protocol/target.ts";
import { Tickets } from "./tickets.ts";
import { LoopTransport, neverOver, nobody, readFrame } from "../client/transport.ts";
import "../client/travel.ts";
import type { RegisteredType } from "../protocol/registered_type.ts";
import { Types } from "./types.ts";

/** The role of a server, and the module whose evaluation begins it. */
export const serverRole: { readonly role: string; readonly entry: string } = {
  role: "manager",
  entry: import.meta.url,
};

/** What a server is to be. */
export interface ServerSetUp {
  /** Tells it from all other servers. */
  readonly id: string;
  /** Where those put requests who share memory with it. */
  readonly inbox: Queue;
  readonly address: string | undefined;
  /**
   * The path of a socket, in a folder to be made, where it can be reached unless it is told an
   * address.
   */
  readonly socket: string | undefined;
  readonly authKey: string | Uint8Array;
  readonly types: readonly RegisteredType[];
  readonly limits: Limits;
  readonly tls: ListenTls | undefined;
}

/** How often to look whether clients have died, in milliseconds. */
const lookEvery = 100;
/** How long requests may take to be read that are there, in milliseconds. */
const readTime = 5;
/**
 * How long it is waited for what they need, when their client has ended: a module may never be
 * there.
 */
const mostLoading = 5000;
/** How long requests may keep the event loop from its turn, in milliseconds. */
const turnInterval = 8;

/** Microtasks from what is given to somebody who waits to the reply that tells them. */
const answerHops = 4;

/** A request that was taken out of the inbox: whose it is, and its frame. */
interface Request {
  readonly key: number;
  readonly frame: Uint8Array;
}

const readRequest: ReadMessage<Request> = (decoder, length) => {
  const begin = decoder.position;
  const key = decoder.readUint();
  decoder.position = begin;
  return { key, frame: readFrame(decoder, length) };
};

/** A server at work. */
class Server implements Host {
  readonly own: ObjectEntry;
  readonly #method: StartMethod;
  readonly #types: Types;
  readonly #authKey: string | Uint8Array;
  readonly #socket: string | undefined;
  readonly #limits: Limits;
  readonly #tls: ListenTls | undefined;
  /** Where it listens, by the addresses that it was told; `undefined`: wherever it can. */
  readonly #listeners = new Map<string | undefined, Listener>();
  /** Those who share memory with it, by their keys. */
  readonly #members = new Map<number, ServedClient>();
  readonly #clients = new Set<ServedClient>();
  readonly #tickets = new Tickets((entry, by) => this.#count(entry, by));
  /** How it reaches its own objects where it was given proxies of them. */
  readonly #link: ServerLink;
  readonly #loop: ServedClient;
  #objects = 0;
  readonly #inbox: Messages;
  /** How many requests were taken out of the inbox. */
  #heard = 0;

  constructor(setUp: ServerSetUp, method: StartMethod) {
    const { id, inbox, address, socket, authKey, types, limits, tls } = setUp;
    this.#method = method;
    this.#types = new Types(types);
    this.#authKey = authKey;
    this.#socket = socket;
    this.#limits = limits;
    this.#tls = tls;
    this.own = new ObjectEntry("server", {
      object: new ServerObject({
        id,
        address: async () => await this.#listenerAt(address ?? socket).address,
        openSocket: () => void this.#listenerAt(socket),
        objects: () => this.#objects,
        types: () => this.#types.names,
      }),
    });
    const transport = new LoopTransport((frame) => this.#loop.receive(frame), arenaOf(method).me);
    const memory = {
      method,
      inbox,
      memberId: arenaOf(method).me,
      socketPath: socket,
      authKey,
    };
    this.#link = noteLink(
      new OwnLink({ id, memory, socket: undefined }, transport, method, (slot, ticket, peer) => {
        const claimed = this.#loop.claim(slot, ticket);
        if (peer instanceof ServedClient && claimed !== undefined) peer.await(claimed);
      }, (slot) => this.#loop.entryAt(slot)),
    );
    this.#loop = new ServedClient(this, {
      channel: method,
      origin: "program",
      reader: arenaOf(method).me,
      send: (bytes) => Promise.resolve(transport.reply(bytes)),
      unread: undefined,
      close: () => {},
    });
    if (address !== undefined) this.#listenerAt(address);
    this.#inbox = new Messages(recordsOf(inbox), "request");
    void this.#serveInbox(this.#inbox);
  }

  // ---- clients

  async #serveInbox(inbox: Messages): Promise<void> {
    const check = neverOver(inbox);
    let turned = performance.now();
    for (;;) {
      let taken = inbox.trySoon(readRequest);
      if (taken === undefined) {
        // What was given to those who wait is answered first: `take` looks for a while before it
        // lets go.
        for (let hop = 0; hop < answerHops; hop++) await undefined;
        taken = await inbox.take(readRequest, {}, check);
      }
      this.#hear(taken!.value);
      // Requests that come and come are not to keep timers and sockets waiting.
      if (performance.now() - turned < turnInterval) continue;
      await nextTurn();
      turned = performance.now();
    }
  }

  #hear({ key, frame }: Request): void {
    this.#heard++;
    const client = this.#members.get(key);
    if (client !== undefined) client.receive(frame);
    else this.#welcome(key, frame);
  }

  #welcome(key: number, frame: Uint8Array): void {
    const decoder = new Decoder(frame);
    decoder.readUint();
    // What a client had sent that is gone already.
    if (decoder.readUint() !== operation.hello) return;
    const reader = decoder.readUint();
    const end = endOf(decoder.read() as Connection);
    const client = this.#serve({
      channel: this.#method,
      origin: "program",
      reader,
      send: (bytes) => end.put(bytes),
      unread: () => end.unread,
      close: () => end.close(),
    });
    this.#members.set(key, client);
    const look = () =>
      inBackground(lookEvery, () =>
        end.poll({ timeout: 0 }).then(
          (isOver) => isOver ? this.#leaveAfter(client, key) : look(),
          () => this.#leaveAfter(client, key),
        ));
    look();
  }

  /** A client has ended: it leaves when all has begun that it has asked for before. */
  #leaveAfter(client: ServedClient, key: number): void {
    const { records } = this.#inbox;
    const last = this.#heard + records.size;
    const until = performance.now() + mostLoading;
    const leave = () => {
      const isRead = this.#heard >= last || records.isEmpty;
      const isLoading = client.isBusy && performance.now() < until;
      if (isRead && !isLoading) this.#leave(client, key);
      else inBackground(readTime, leave);
    };
    leave();
  }

  #serve(replies: Replies): ServedClient {
    const client = new ServedClient(this, replies);
    this.#clients.add(client);
    return client;
  }

  #leave(client: ServedClient, key?: number): void {
    if (key !== undefined) this.#members.delete(key);
    this.#clients.delete(client);
    client.leave();
    this.#tickets.leave(client);
  }

  /** The listener there; opens one if it has to. */
  #listenerAt(address: string | undefined): Listener {
    const known = this.#listeners.get(address);
    if (known !== undefined) return known;
    if (address !== undefined && address === this.#socket) makeFolderOf(address);
    const options: ListenerOptions = {
      address,
      authKey: this.#authKey,
      limits: this.#limits,
      // The socket in a folder of its own is for this user's programs alone.
      tls: address === this.#socket ? undefined : this.#tls,
    };
    // It takes the key of children of fewer permissions, too.
    const listener = fromParts(Listener, options, true);
    this.#listeners.set(address, listener);
    void this.#serveSockets(listener);
    return listener;
  }

  async #serveSockets(listener: Listener): Promise<void> {
    for (;;) {
      // That it was closed is the server's end; that it cannot listen is told to who asks where it
      // does.
      const connection = await listener.accept().catch(() => undefined);
      if (connection === undefined) return;
      void this.#serveSocket(connection);
    }
  }

  async #serveSocket(connection: Connection): Promise<void> {
    const end = endOf(connection);
    const client = this.#serve({
      channel: undefined,
      origin: end.origin,
      reader: nobody,
      send: (bytes) => end.put(bytes),
      unread: undefined,
      close: () => connection.close(),
    });
    for (;;) {
      // However the connection ends, by the program or by the network, its client is gone.
      const taken = await end.take(readFrame, {}).catch(() => undefined);
      if (taken === undefined) return this.#leave(client);
      client.receive(taken.value);
      // No more is read of who has enough to do with what it has asked for.
      await client.untilReady();
    }
  }

  // ---- objects

  make(type: string, args: readonly unknown[]): ObjectEntry | Promise<ObjectEntry> {
    const made = this.#types.make(type, args.map((arg) => this.#unwrap(type, arg)));
    return made instanceof Promise
      ? made.then((object) => new ObjectEntry(type, { object }))
      : new ObjectEntry(type, { object: made });
  }

  /** A condition has the lock itself, not a proxy of it. */
  #unwrap(type: string, arg: unknown): unknown {
    if (type !== "Condition" || typeof arg !== "object" || arg === null) return arg;
    const target = targetOf(arg);
    if (!(target instanceof RemoteTarget) || target.link !== this.#link) return arg;
    return this.ownEntry(target.slot).get();
  }

  get mostRequests(): number {
    return this.#limits.requests ?? usualLimits.requests;
  }

  refer(entry: ObjectEntry, by: number, client: ServedClient): void {
    // What only the server itself refers to lives in what it holds.
    if (client !== this.#loop) this.#count(entry, by);
  }

  #count(entry: ObjectEntry, by: number): void {
    // Why there is no object is none.
    if (entry.object === undefined) return;
    const before = entry.references;
    entry.references += by;
    if (before === 0) this.#objects++;
    else if (entry.references === 0) this.#objects--;
  }

  lend(ticket: number, entry: ObjectEntry, client: ServedClient): void {
    this.#tickets.lend(ticket, entry, client);
  }

  unlend(ticket: number): void {
    this.#tickets.unlend(ticket);
  }

  claim(ticket: number): ObjectEntry | Promise<ObjectEntry> {
    return this.#tickets.claim(ticket);
  }

  isOwn(link: object): boolean {
    return link === this.#link;
  }

  ownEntry(slot: number): ObjectEntry {
    return this.#loop.entryAt(slot)!;
  }

  proxyOf(entry: ObjectEntry): object {
    return this.#link.proxyAt(this.#loop.grant(entry), entry.type);
  }

  /** Ends: whoever waits is told so. */
  end(): void {
    const reason = new RemoteError("Cannot give a result as the manager has ended");
    for (const client of this.#clients) client.dismiss(reason);
    for (const socket of this.#listeners.values()) socket.close();
  }
}

let server: Server | undefined;

async function end({ link }: ChildContext): Promise<void> {
  server?.end();
  // Replies over sockets are on their way.
  await nextTurn();
  await link.drained();
  exitChild(0);
}

takeRole(serverRole.role, (child) => (kind, body) => {
  if (kind === frameKind.serve) {
    server = new Server(body.read() as ServerSetUp, child.note.method);
  } else if (kind === frameKind.finish) void end(child);
});
