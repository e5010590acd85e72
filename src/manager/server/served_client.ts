/**
 * A client, as the server sees it: what it refers to, and what it has asked for.
 *
 * @module
 * @internal
 */

import { Decoder } from "../../codec/decoder.ts";
import { DecodeFailure } from "../../codec/failure.ts";
import { readLoading } from "../../codec/read_loading.ts";
import { Notify } from "../../wait/latch.ts";
import { CallContext, type HeldObject, type Holder } from "./call_context.ts";
import { ObjectEntry } from "./entry.ts";
import { Outbox, type Replies } from "./outbox.ts";
import type { Peer, ProxyDescription } from "../protocol/peer.ts";
import { ending, operation, serverSlot, unanswered } from "../protocol/messages.ts";
import { runsFunctions } from "./types.ts";

/** What a client's server does for it. */
export interface Host {
  /** The server itself, as an object. */
  readonly own: ObjectEntry;
  /** How many calls of a client may be under way. */
  readonly mostRequests: number;
  /** Makes an object. */
  make(type: string, args: readonly unknown[]): ObjectEntry | Promise<ObjectEntry>;
  /** Counts a reference from outside of the server to an object; `by` is 1 or -1. */
  refer(entry: ObjectEntry, by: number, client: ServedClient): void;
  lend(ticket: number, entry: ObjectEntry, client: ServedClient): void;
  unlend(ticket: number): void;
  claim(ticket: number): ObjectEntry | Promise<ObjectEntry>;
  /** Whether it is the link by which the server reaches objects of its own. */
  isOwn(link: object): boolean;
  /** A proxy of an object, for the server's own use. */
  proxyOf(entry: ObjectEntry): object;
  /** The object at a slot of that link. */
  ownEntry(slot: number): ObjectEntry;
}

/** A client, as the server sees it. */
export class ServedClient implements Holder, Peer {
  readonly held: Set<HeldObject> = new Set();
  readonly #host: Host;
  readonly #replies: Replies;
  readonly #outbox: Outbox;
  readonly #slots = new Map<number, ObjectEntry>();
  readonly #calls = new Map<number, CallContext>();
  /** Frames that wait until a module is loaded that the one before needs. */
  readonly #waiting: Decoder[] = [];
  #isBusy = false;
  /** What is to be there before the request is performed that is being read. */
  readonly #awaited: Promise<void>[] = [];
  /** Rung when there may be room for more, and at the end. */
  readonly #changed = new Notify();
  isGone = false;
  #granted = -1;

  constructor(host: Host, replies: Replies) {
    this.#host = host;
    this.#replies = replies;
    this.#outbox = new Outbox(replies, this, () => this.#changed.notify());
    this.#slots.set(serverSlot, host.own);
  }

  /** Whether something is loaded that a request needs, which waits for it with those behind it. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Performs what a frame asks for. */
  receive(frame: Uint8Array): void {
    const decoder = new Decoder(frame, [], this.#replies.origin, this);
    if (this.#isBusy) this.#waiting.push(decoder);
    else this.#perform(decoder);
  }

  /** Performs the operations of a frame. */
  #perform(decoder: Decoder): void {
    try {
      // It begins with whose it is, which is known.
      if (decoder.position === 0) decoder.readUint();
      while (!decoder.done && !this.isGone) {
        if (this.#isFull) return this.#resume(decoder, this.#untilRoom());
        const later = this.#operate(decoder);
        if (later !== undefined) return this.#resume(decoder, later);
      }
    } catch {
      // No client of ours can have written that: nothing more is heard of this one.
      this.leave();
    } finally {
      // At once: the server looks for more requests for a while before it lets microtasks run.
      this.#outbox.flush();
    }
  }

  /** Whether nothing more is done for it at present: it reads no replies, or has asked for much. */
  get #isFull(): boolean {
    return this.#outbox.isFull || this.#calls.size >= this.#host.mostRequests;
  }

  async #untilRoom(): Promise<void> {
    while (this.#isFull && !this.isGone) {
      const changed = this.#changed.wait({});
      this.#outbox.flush();
      await changed;
    }
  }

  /** Settles when what it has sent was begun, and there is room for more. */
  async untilReady(): Promise<void> {
    while ((this.#isBusy || this.#isFull) && !this.isGone) await this.#changed.wait({});
  }

  /** Goes on with a frame, and with those that came meanwhile, when something was loaded for it. */
  #resume(decoder: Decoder, loaded: Promise<void>): void {
    this.#isBusy = true;
    const goOn = () => {
      this.#isBusy = false;
      this.#changed.notify();
      this.#perform(decoder);
      while (!this.#isBusy && this.#waiting.length > 0) this.#perform(this.#waiting.shift()!);
    };
    // As where something goes wrong at once: no client of ours can have asked for that.
    loaded.then(goOn, () => this.leave());
  }

  /** Performs one operation. A promise only where the next has to wait for it. */
  #operate(decoder: Decoder): void | Promise<void> {
    const code = decoder.readUint();
    switch (code) {
      case operation.call:
        return this.#call(decoder);
      case operation.create:
        return this.#create(decoder);
      case operation.release:
        return this.#release(decoder.readUint());
      case operation.lend:
        return this.#lend(decoder.readUint(), decoder.readUint());
      case operation.unlend:
        return this.#host.unlend(decoder.readUint());
      case operation.claim:
        return this.claim(decoder.readUint(), decoder.readUint());
      case operation.cancel:
        return this.#calls.get(decoder.readUint())?.giveUp(cancelled);
    }
    throw new Error(`Cannot perform operation ${code} as there is none of that number`);
  }

  #call(decoder: Decoder): void | Promise<void> {
    const id = decoder.readUint();
    const slot = decoder.readUint();
    const method = readName(decoder);
    return this.#withArguments(
      decoder,
      (args) => this.#invoke(id, slot, method, args),
      (error) => this.#reply(id, ending.rejected, error),
    );
  }

  #invoke(id: number, slot: number, method: string, args: readonly unknown[]): void {
    const caller = new CallContext(this);
    let result: unknown;
    try {
      const entry = this.#slots.get(slot);
      if (entry === undefined) throw new Error(`Cannot call ${method} as the object was released`);
      this.#checkMayUse(entry.type);
      result = entry.call(caller, method, args);
    } catch (error) {
      return this.#reply(id, ending.rejected, error);
    }
    if (!isThenable(result)) return this.#reply(id, ending.fulfilled, result, caller.undo);
    this.#calls.set(id, caller);
    result.then((value) => {
      this.#settle(id);
      this.#reply(id, ending.fulfilled, value, caller.undo);
    }, (error) => {
      this.#settle(id);
      if (error === cancelled) this.#reply(id, ending.cancelled, undefined);
      else this.#reply(id, ending.rejected, error);
    });
  }

  #settle(id: number): void {
    this.#calls.delete(id);
    this.#changed.notify();
  }

  #reply(id: number, how: number, value: unknown, undo?: () => void): void {
    if (this.isGone) undo?.();
    else if (id !== unanswered) this.#outbox.add(id, how, value, undo);
  }

  #create(decoder: Decoder): void | Promise<void> {
    const slot = decoder.readUint();
    const type = readName(decoder);
    const keep = (entry: ObjectEntry) => this.#refer(slot, entry);
    const fail = (error: unknown) => keep(new ObjectEntry(type, { error }));
    return this.#withArguments(decoder, (args) => {
      let made: ObjectEntry | Promise<ObjectEntry>;
      try {
        this.#checkMayUse(type);
        made = this.#host.make(type, args);
      } catch (error) {
        return fail(error);
      }
      return made instanceof Promise ? made.then(keep, fail) : keep(made);
    }, fail);
  }

  #checkMayUse(type: string): void {
    if (this.#replies.origin !== "restricted" || !runsFunctions(type)) return;
    throw new Error(
      `Cannot use a ${type} of the manager as its workers may do what this child has no permissions for`,
    );
  }

  /**
   * Gives it a slot for what a ticket refers to. A promise only where the next has to wait for it.
   */
  claim(slot: number, ticket: number): void | Promise<void> {
    const claimed = this.#host.claim(ticket);
    if (!(claimed instanceof Promise)) return this.#refer(slot, claimed);
    return claimed.then(
      (entry) => this.#refer(slot, entry),
      (error) => this.#refer(slot, new ObjectEntry("object", { error })),
    );
  }

  #lend(slot: number, ticket: number): void {
    const entry = this.#slots.get(slot);
    if (entry !== undefined) this.#host.lend(ticket, entry, this);
  }

  #refer(slot: number, entry: ObjectEntry): void {
    if (slot === serverSlot) throw new Error("Cannot use the slot of the server itself");
    this.#release(slot);
    this.#slots.set(slot, entry);
    this.#host.refer(entry, 1, this);
  }

  #release(slot: number): void {
    const entry = this.#slots.get(slot);
    if (entry === undefined || slot === serverSlot) return;
    this.#slots.delete(slot);
    this.#host.refer(entry, -1, this);
  }

  /**
   * Reads the arguments and goes on with them; at once where nothing must be loaded or claimed
   * first.
   */
  #withArguments(
    decoder: Decoder,
    go: (args: readonly unknown[]) => void | Promise<void>,
    fail: (error: unknown) => void,
  ): void | Promise<void> {
    const end = decoder.readSized();
    let args: readonly unknown[] | Promise<unknown>;
    try {
      const read = readLoading(decoder);
      args = read instanceof Promise ? read : argumentsOf(read);
    } catch (error) {
      decoder.position = end;
      return fail(error);
    }
    decoder.position = end;
    if (!(args instanceof Promise) && this.#awaited.length === 0) return go(args);
    return this.#performLater(decoder, end, args, go, fail);
  }

  async #performLater(
    decoder: Decoder,
    end: number,
    loaded: readonly unknown[] | Promise<unknown>,
    go: (args: readonly unknown[]) => void | Promise<void>,
    fail: (error: unknown) => void,
  ): Promise<void> {
    let args: readonly unknown[];
    try {
      args = argumentsOf(await loaded);
    } catch (error) {
      return fail(error);
    } finally {
      // Where a module was loaded, they were read once more.
      decoder.position = end;
    }
    await Promise.all(this.#awaited.splice(0));
    await go(args);
  }

  // ---- what travels

  /**
   * A request of this client refers to something that the client has lent by another conversation.
   */
  await(claimed: Promise<void>): void {
    this.#awaited.push(claimed);
  }

  speaksFor(link: object): boolean {
    return this.#host.isOwn(link);
  }

  describeOwn(slot: number, type: string): ProxyDescription {
    return ["granted", this.grant(this.#host.ownEntry(slot)), type];
  }

  /** A proxy for the server, of an object that the client has sent a proxy of. */
  proxyAt(slot: number): object {
    const entry = this.#slots.get(slot);
    if (entry === undefined) throw new Error("Cannot use a proxy as its object was released");
    return this.#host.proxyOf(entry);
  }

  /** Gives the client a slot for an object. */
  grant(entry: ObjectEntry): number {
    this.#refer(this.#granted += 2, entry);
    return this.#granted;
  }

  /** The object at a slot. */
  entryAt(slot: number): ObjectEntry | undefined {
    return this.#slots.get(slot);
  }

  // ---- its end

  /** It is gone: nobody waits for its calls, and it refers to nothing any more. */
  leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#changed.notify();
    for (const caller of this.#calls.values()) caller.giveUp(new Error("The client is gone"));
    for (const held of [...this.held]) held.forget(this);
    this.#outbox.undo();
    for (const slot of [...this.#slots.keys()]) this.#release(slot);
    this.#replies.close();
  }

  /** The server ends: whoever waits is told so. */
  dismiss(reason: Error): void {
    for (const id of this.#calls.keys()) this.#reply(id, ending.rejected, reason);
    this.#outbox.flush();
    this.isGone = true;
    this.#replies.close();
  }
}

/** How many arguments a call can have: JavaScriptCore takes no more. */
const mostArguments = 65_535;

/**
 * The arguments of a call, in an array of ours. Who wrote them may have hung anything on the one
 * that came, or made it all of holes, of which V8 ends the process if a function is to have so many
 * arguments.
 */
function argumentsOf(read: unknown): readonly unknown[] {
  if (Array.isArray(read) && read.length <= mostArguments) return Array.from(read);
  throw new RangeError(`Cannot take arguments that are no list, or more than ${mostArguments}`);
}

/** The name of a method or a type. */
function readName(decoder: Decoder): string {
  const name = decoder.read();
  if (typeof name === "string") return name;
  throw new DecodeFailure("it holds a name that is none");
}

/** What ends a call that its client has cancelled. */
const cancelled = Symbol("cancelled");

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value &&
  typeof value.then === "function";
