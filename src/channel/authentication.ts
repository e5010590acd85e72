/**
 * What the two ends of a socket say to each other before anything else. Everything in it has a size
 * that both know, so that nobody can say more, and nothing of it is decoded.
 *
 * Both begin with a greeting: what this is, its version, whether there is a key, and a nonce. Then,
 * if there is a key, who connected proves it, and the listener answers with a proof of its own, or
 * with a refusal. A proof covers both greetings, so it is of no use in another conversation, and
 * the role of whose it is, so it cannot be sent back. By the same means both know keys that nobody
 * else does, and by those each message after that is sealed: see `seal.ts`.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../arguments.ts";
import type { Origin } from "../code/origin.ts";
import { AuthenticationError, EOFError } from "../errors.ts";
import { Latch } from "../wait/latch.ts";
import { distinctKey, isSameProof, proofOf, proofSize, randomNonce } from "../runtime/proof.ts";
import type { Socket } from "../runtime/socket.ts";
import { joined } from "./frames.ts";
import { Seals } from "./seal.ts";

/** Which end of a socket this is. */
export type Role = "listener" | "connector";

/** What the end is told of the conversation. */
export interface HandshakeOptions {
  /** The key that both sides know, or that there is none. */
  readonly key: Uint8Array | undefined;
  /** What a listener takes in place of the key from who may do less: see `lesserKeyOf`. */
  readonly lesserKey?: Uint8Array | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of the first bytes that the other side has said. */
  readonly onHeard?: () => void;
}

/** What could not be done, for the messages of errors. */
const failed: Readonly<Record<Role, string>> = {
  listener: "Cannot accept a connection",
  connector: "Cannot connect",
};

const text = new TextEncoder();
/** What a stranger can read. */
const greeting = text.encode("nproc-multiprocessing/");
const version = 0x32;
const WITHOUT_KEY = 0x2d;
const WITH_KEY = 0x2b;
const nonceSize = 32;
const REFUSED = 0;
const ACCEPTED = 1;

/** The key as bytes, of what the user gave. */
export function keyOf(authKey: string | Uint8Array | undefined): Uint8Array | undefined {
  if (authKey === undefined) return undefined;
  if (typeof authKey !== "string" && !(authKey instanceof Uint8Array)) {
    throw wrongArgument(
      TypeError,
      "Cannot use authKey as it must be a string or a Uint8Array",
      authKey,
    );
  }
  if (authKey.length === 0) throw new TypeError("Cannot use authKey as it is empty");
  return distinctKey(typeof authKey === "string" ? bytesOf(authKey) : copyOf(authKey));
}

/**
 * A key that its owner may overwrite from here on. Not `slice`, by which a `Buffer` gives the same
 * memory.
 */
export const copyOf = <K extends string | Uint8Array | undefined>(authKey: K): K =>
  authKey instanceof Uint8Array ? new Uint8Array(authKey) as K : authKey;

/** What no string begins with in UTF-8. */
const ILL_FORMED = 0xff;

/**
 * A string's bytes, which no other string has: all halves of surrogate pairs would be the same in
 * UTF-8.
 */
function bytesOf(key: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(key)) return text.encode(key);
  const bytes = new Uint8Array(1 + 2 * key.length);
  bytes[0] = ILL_FORMED;
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < key.length; i++) view.setUint16(1 + 2 * i, key.charCodeAt(i));
  return bytes;
}

/** What no text of a proof begins with. */
const lesser = "a child of fewer permissions";

/**
 * A key for those who may do less than who knows the given one. Who knows that can tell it, and it
 * is of no use to find the other by.
 */
export const lesserKeyOf = (authKey: string | Uint8Array): Uint8Array =>
  proofOf(keyOf(authKey)!, text.encode(lesser));

/** What is known when the two sides have said who they are. */
export interface Introduction {
  /** Who the other side is, by what it has proven. */
  readonly origin: Exclude<Origin, "program">;
  /** What the other side has sent behind that. */
  readonly rest: Uint8Array;
  /**
   * What its messages are to be checked by, and those that go to it sealed; nothing without a key.
   */
  readonly seals: Seals | undefined;
}

/**
 * Holds the conversation.
 *
 * @throws {AuthenticationError} If the other side is a stranger or has not proven the key.
 * @throws {EOFError} If it has closed the socket before.
 * @throws The signal's reason, if that is aborted first.
 */
export async function shakeHands(
  socket: Socket,
  role: Role,
  { key, lesserKey, signal, onHeard }: HandshakeOptions,
): Promise<Introduction> {
  const reader = new HandshakeReader(socket, role, signal, onHeard);
  const mine = joined([
    greeting,
    Uint8Array.of(version, key === undefined ? WITHOUT_KEY : WITH_KEY),
    randomNonce(nonceSize),
  ]);
  say(socket, mine);
  const theirs = await hearGreeting(reader, role, key !== undefined);
  if (key === undefined) return { origin: "stranger", rest: reader.rest(), seals: undefined };
  const greetings = role === "listener" ? [mine, theirs] : [theirs, mine];
  const proving = (key: Uint8Array): Prove => (of) =>
    proofOf(key, joined([text.encode(`${of}\0`), ...greetings]));
  const proof = proving(key);
  if (role === "connector") {
    await proveKey(socket, reader, proof);
    return { origin: "proven", rest: reader.rest(), seals: sealsOf(role, proof) };
  }
  const lesserProof = lesserKey && proving(lesserKey);
  const proven = await verifyPeer(socket, reader, proof, lesserProof);
  const origin = proven === proof ? "proven" : "restricted";
  return { origin, rest: reader.rest(), seals: sealsOf(role, proven) };
}

function sealsOf(role: Role, proof: Prove): Seals {
  const other = role === "listener" ? "connector" : "listener";
  return new Seals(proof(`messages of the ${role}`), proof(`messages of the ${other}`));
}

/** A write that fails is heard of where the answer to it is read. */
function say(socket: Socket, bytes: Uint8Array): void {
  socket.write(bytes).catch(() => {});
}

/** Hears the other side's greeting, byte by byte: a stranger is told by the first that is wrong. */
async function hearGreeting(
  reader: HandshakeReader,
  role: Role,
  hasKey: boolean,
): Promise<Uint8Array> {
  const check = (isRight: boolean, why: string) => {
    if (!isRight) throw new AuthenticationError(`${failed[role]} as the other side ${why}`);
  };
  for (const expected of greeting) {
    const [byte] = await reader.bytes(1);
    check(byte === expected, "does not speak this protocol");
  }
  const head = await reader.bytes(2);
  check(head[0] === version, "speaks another version of this protocol");
  const why = hasKey ? "has no authKey" : "wants an authKey";
  check(head[1] === (hasKey ? WITH_KEY : WITHOUT_KEY), `${why}: give both sides the same`);
  return joined([greeting, head, await reader.bytes(nonceSize)]);
}

/** What proves, for one key, what `of` says. */
type Prove = (of: string) => Uint8Array;

/** Gives which of the keys was proven. */
async function verifyPeer(
  socket: Socket,
  reader: HandshakeReader,
  ...proofs: (Prove | undefined)[]
): Promise<Prove> {
  const heard = await reader.bytes(proofSize);
  const proof = proofs.find((proof) => proof && isSameProof(heard, proof("connector")));
  if (proof === undefined) {
    say(socket, Uint8Array.of(REFUSED));
    throw new AuthenticationError(`${failed.listener} as the other side has another authKey`);
  }
  say(socket, joined([Uint8Array.of(ACCEPTED), proof("listener")]));
  return proof;
}

async function proveKey(socket: Socket, reader: HandshakeReader, proof: Prove): Promise<void> {
  say(socket, proof("connector"));
  const [verdict] = await reader.bytes(1);
  if (verdict !== ACCEPTED) {
    throw new AuthenticationError(`${failed.connector} as the other side has another authKey`);
  }
  if (!isSameProof(await reader.bytes(proofSize), proof("listener"))) {
    throw new AuthenticationError(
      `${failed.connector} as the other side did not prove its authKey`,
    );
  }
}

/** Hears what the other side says, and no more of it than was asked for and what came with that. */
class HandshakeReader {
  readonly #socket: Socket;
  readonly #role: Role;
  readonly #signal: AbortSignal;
  #heard = new Uint8Array(0);
  #over: { readonly error: Error | undefined } | undefined;
  #changed = new Latch();

  constructor(socket: Socket, role: Role, signal: AbortSignal, onHeard: () => void = () => {}) {
    this.#socket = socket;
    this.#role = role;
    this.#signal = signal;
    socket.read({
      data: (bytes) => {
        if (this.#heard.length === 0) onHeard();
        this.#heard = joined([this.#heard, bytes]) as Uint8Array<ArrayBuffer>;
        socket.pause();
        this.#changed.open();
      },
      end: (error) => {
        this.#over = { error };
        this.#changed.open();
      },
    });
  }

  /** Hears so many bytes. */
  async bytes(count: number): Promise<Uint8Array> {
    while (this.#heard.length < count) {
      if (this.#over !== undefined) {
        const why = "as the other side closed the connection before it had proven itself";
        throw new EOFError(`${failed[this.#role]} ${why}`, { cause: this.#over.error });
      }
      this.#changed = new Latch();
      this.#socket.resume();
      await this.#changed.wait({ signal: this.#signal });
    }
    const bytes = this.#heard.slice(0, count);
    this.#heard = this.#heard.slice(count);
    return bytes;
  }

  /** What came beyond; the socket is paused. */
  rest(): Uint8Array {
    this.#socket.pause();
    return this.#heard;
  }
}
