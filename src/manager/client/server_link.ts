/**
 * A client's conversation with a server: requests go out in their order, many may be under way, and
 * each is settled by its reply or by the end of the server.
 *
 * @module
 * @internal
 */

import { Decoder } from "../../codec/decoder.ts";
import { Encoder } from "../../codec/encoder.ts";
import { type ReadResult, tryReadLoading } from "../../codec/read_loading.ts";
import type { Root } from "../../codec/path.ts";
import { settleDelivery } from "../../channel/messages.ts";
import { RemoteError } from "../../errors.ts";
import { noteArrival } from "../../pool/caller_stack.ts";
import type { StartMethod } from "../../runtime/start_method.ts";
import {
  ending,
  frameSize,
  operation,
  randomNumber,
  serverSlot,
  unanswered,
} from "../protocol/messages.ts";
import type { Peer, ProxyDescription } from "../protocol/peer.ts";
import { makeProxy, type ProxyTarget } from "../protocol/target.ts";
import type { Transport } from "./transport.ts";
import type { Route } from "../protocol/route.ts";

/** How many operations are collected before they are sent although their turn goes on. */
const mostOperations = 64;

/** A call that has not ended. */
interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Why it was cancelled, if it was. */
  reason?: unknown;
}

/** Gives slots up whose proxies were collected. */
const collected = new FinalizationRegistry<{ link: ServerLink; slot: number }>(({ link, slot }) =>
  link.release(slot)
);

/** A client's conversation with a server. */
export class ServerLink implements Peer {
  /** How the server can be reached, as far as is known here. */
  route: Route;
  readonly #key: number;
  readonly #transport: Transport;
  readonly #encoder: Encoder;
  /** Whether the server is another program's. */
  readonly #isForeign: boolean;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #slots = 0;
  /** How many operations wait to be sent. */
  #collected = 0;
  #isListening = false;
  #failure: RemoteError | undefined;
  #isDisconnected = false;
  /** Called once, when there is nobody to speak to any more. */
  onFailure: () => void = () => {};
  /** How many replies wait for a module. */
  #loading = 0;

  /** `channel`: the start method of those who share memory with the server, if this child does. */
  constructor(route: Route, key: number, transport: Transport, channel: StartMethod | undefined) {
    this.route = route;
    this.#key = key;
    this.#transport = transport;
    this.#isForeign = channel === undefined;
    this.#encoder = new Encoder({
      channel,
      defers: true,
      peer: this,
      heldBy: transport,
    });
    this.#encoder.writeUint(key);
  }

  /** Why there is nobody to speak to any more, once that is known. */
  get failure(): RemoteError | undefined {
    return this.#failure;
  }

  /** Calls a method of the object at a slot. See `Target.call`. */
  call(
    slot: number,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
    root: Root = "args",
  ): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#calls;
    // Known before it is written: that may send it, and whoever waits for something listens then.
    const ended = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    try {
      this.#write(operation.call, [id, slot], [method], args, root);
    } catch (error) {
      this.#pending.delete(id);
      return Promise.reject(error);
    }
    return signal === undefined ? ended : this.#cancelling(id, ended, signal);
  }

  /** Calls a method whose result nobody waits for, and so does not keep the program alive. */
  post(slot: number, method: string, args: readonly unknown[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#write(operation.call, [unanswered, slot], [method], args);
    // At once: nothing tells when it is done, so what others are told afterwards must come behind
    // it.
    this.#flush();
  }

  /** The server has ended in order: what is not settled is, and nothing more is sent. */
  close(): void {
    if (this.#pending.size === 0) this.#fail(new Error("The manager was shut down"));
  }

  /** Whether this side has ended the conversation. */
  get isDisconnected(): boolean {
    return this.#isDisconnected;
  }

  /**
   * Ends the conversation, behind what was written: the server goes on, and drops what was referred
   * to here.
   */
  disconnect(): void {
    if (this.#failure !== undefined) return;
    this.#flush();
    this.#isDisconnected = true;
    const what = "Cannot reach the manager as this program has closed its connection to it";
    this.#fail(new RemoteError(`${what}: connect again, and get a new proxy`));
  }

  /** The server says what became of a call that is cancelled: it may have done what was asked. */
  async #cancelling(id: number, ended: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    const cancel = () => {
      const pending = this.#pending.get(id);
      if (pending === undefined) return;
      pending.reason = signal.reason;
      this.#write(operation.cancel, [id]);
    };
    signal.addEventListener("abort", cancel);
    try {
      return await ended;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** Has the server make an object, and gives its proxy. */
  create(type: string, args: readonly unknown[]): object {
    if (this.#failure !== undefined) throw this.#failure;
    const slot = this.newSlot();
    this.#write(operation.create, [slot], [type], args);
    return this.proxyAt(slot, type);
  }

  /** Claims what a ticket refers to, and gives its proxy. `peer`: who has sent the ticket. */
  claim(ticket: number, type: string, _peer: unknown): object {
    const slot = this.newSlot();
    this.#write(operation.claim, [slot, ticket]);
    return this.proxyAt(slot, type);
  }

  /**
   * Lends the object at a slot to whoever receives the ticket. It is known to the server at once.
   */
  lend(slot: number): number {
    const ticket = randomNumber();
    this.#write(operation.lend, [slot, ticket]);
    this.#flush();
    return ticket;
  }

  /**
   * Whether the server can be reached otherwise than by the memory that this child shares with it.
   */
  get canOpenSocket(): boolean {
    return this.route.socket !== undefined || this.route.memory?.socketPath !== undefined;
  }

  /** Has the server open a socket, if it has none. Where that is is known at once. */
  openSocket(): void {
    const { socket, memory } = this.route;
    if (socket !== undefined || memory?.socketPath === undefined) return;
    this.post(serverSlot, "openSocket", []);
    this.route = {
      ...this.route,
      socket: { address: memory.socketPath, authKey: memory.authKey, isNew: true },
    };
  }

  /** Nobody will receive that ticket. */
  unlend(ticket: number): void {
    this.#write(operation.unlend, [ticket]);
  }

  /** Refers to the object at a slot no more. */
  release(slot: number): void {
    this.#write(operation.release, [slot]);
  }

  /** The proxy of the object at a slot. */
  proxyAt(slot: number, type: string): object {
    const target = new RemoteTarget(this, slot, type);
    const proxy = makeProxy(target);
    collected.register(proxy, { link: this, slot }, target);
    return proxy;
  }

  /** Whether two slots are known to be of one object. */
  areSame(slot: number, other: number): boolean {
    return slot === other;
  }

  speaksFor(link: object): boolean {
    return link === this;
  }

  /** What the server is told of an object of its own. */
  describeOwn(slot: number): ProxyDescription {
    return ["own", slot];
  }

  /** A slot for something that this side makes or claims. */
  protected newSlot(): number {
    return this.#slots += 2;
  }

  /** Writes an operation, or nothing if a value of it cannot travel. It is sent before long. */
  #write(
    code: number,
    numbers: readonly number[],
    names: readonly string[] = [],
    args?: readonly unknown[],
    root: Root = "args",
  ): void {
    const encoder = this.#encoder;
    const mark = encoder.size;
    encoder.writeUint(code);
    for (const number of numbers) encoder.writeUint(number);
    for (const name of names) encoder.write(name, "value");
    if (args !== undefined) {
      const begin = encoder.beginSized();
      try {
        encoder.write(args, root);
      } catch (error) {
        encoder.truncate(mark);
        throw error;
      }
      encoder.endSized(begin);
    }
    if (++this.#collected === 1) queueMicrotask(() => this.#flush());
    else if (this.#collected >= mostOperations || encoder.size >= frameSize) this.#flush();
  }

  #flush(): void {
    if (this.#collected === 0) return;
    this.#collected = 0;
    const hooks = this.#encoder.takeHooks();
    const sent = this.#failure === undefined
      ? this.#transport.send(this.#encoder.view(0))
      : Promise.reject(this.#failure);
    this.#encoder.restart("args");
    this.#encoder.writeUint(this.#key);
    sent.then(
      () => settleDelivery(hooks, true),
      (error) => {
        settleDelivery(hooks, false);
        this.#fail(error);
      },
    );
    void this.#listen();
  }

  /** Takes replies as long as any is missing; meanwhile the program stays alive. */
  async #listen(): Promise<void> {
    if (this.#isListening) return;
    this.#isListening = true;
    try {
      while (this.#pending.size > this.#loading) this.#receive(await this.#transport.receive());
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isListening = false;
    }
  }

  #receive(frame: Uint8Array): void {
    const decoder = new Decoder(frame, [], this.#isForeign ? "proven" : "program", this);
    while (!decoder.done) {
      const id = decoder.readUint();
      const how = decoder.readUint();
      const end = decoder.readSized();
      const pending = this.#pending.get(id);
      if (pending !== undefined) {
        // Where a module is loaded first, it is read again from there: behind this loop.
        const read = tryReadLoading(decoder);
        if (read instanceof Promise) {
          // What imports the module keeps the program alive meanwhile; no reply is missing.
          this.#loading++;
          void read.then((read) => {
            this.#loading--;
            this.#settle(id, pending, how, read);
          });
        } else this.#settle(id, pending, how, read);
      }
      decoder.position = end;
    }
  }

  #settle(id: number, pending: Pending, how: number, read: ReadResult): void {
    this.#pending.delete(id);
    if ("error" in read) pending.reject(read.error);
    else if (how === ending.fulfilled) pending.resolve(read.value);
    else if (how === ending.cancelled) pending.reject(pending.reason);
    else {
      noteArrival(read.value);
      pending.reject(read.value);
    }
  }

  /** Nobody is there any more: whoever waits is told, and whoever comes. */
  #fail(cause: unknown): void {
    const isFirst = this.#failure === undefined;
    this.#failure ??= cause instanceof RemoteError ? cause : new RemoteError(
      "Cannot reach the manager's server as it has ended or cannot be connected to",
      { cause },
    );
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    this.#pending.clear();
    if (!isFirst) return;
    this.#transport.close();
    this.onFailure();
  }
}

/** An object of a server, as a client refers to it. */
export class RemoteTarget implements ProxyTarget {
  readonly link: ServerLink;
  readonly slot: number;
  readonly type: string;
  #isReleased = false;

  constructor(link: ServerLink, slot: number, type: string) {
    this.link = link;
    this.slot = slot;
    this.type = type;
  }

  /** Whether the reference was given up. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  call(
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
    root?: Root,
  ): Promise<unknown> {
    if (this.#isReleased) return Promise.reject(disposed(method));
    return this.link.call(this.slot, method, args, signal, root);
  }

  post(method: string, args: readonly unknown[]): void {
    if (this.#isReleased) throw disposed(method);
    this.link.post(this.slot, method, args);
  }

  isSame(other: ProxyTarget): boolean {
    return other instanceof RemoteTarget && other.link === this.link &&
      this.link.areSame(this.slot, other.slot);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    collected.unregister(this);
    this.link.release(this.slot);
  }
}

const disposed = (method: string): Error =>
  new Error(`Cannot call ${method} as this proxy was disposed of`);
