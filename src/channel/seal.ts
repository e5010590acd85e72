/**
 * What shows that a message comes from who has proven the key, and in its order: a digest behind
 * it, made with a key of the conversation alone and the message's number. So who is on the way can
 * neither change a message, nor put one in, nor leave one out, nor send one again. It does not hide
 * what is said: that takes TLS.
 *
 * @module
 * @internal
 */

import { isSameProof, Prover } from "../runtime/proof.ts";

/** How many bytes stand behind each message: a half of what SHA-256 gives, as RFC 2104 has it. */
export const sealSize = 16;

/** The seals of one direction. */
class DirectionSeals {
  readonly #prover: Prover;
  readonly #number = new Uint8Array(8);
  #messages = 0n;

  constructor(key: Uint8Array) {
    this.#prover = new Prover(key);
  }

  /** The seal of the next message. */
  next(message: Uint8Array): Uint8Array {
    new DataView(this.#number.buffer).setBigUint64(0, this.#messages++);
    return this.#prover.proofOf(this.#number, message).subarray(0, sealSize);
  }
}

/** The seals of a conversation, as one of its ends makes and checks them. */
export class Seals {
  readonly #sent: DirectionSeals;
  readonly #heard: DirectionSeals;

  /** `mine` and `theirs` are the keys of the two directions. */
  constructor(mine: Uint8Array, theirs: Uint8Array) {
    this.#sent = new DirectionSeals(mine);
    this.#heard = new DirectionSeals(theirs);
  }

  /** The seal of the next message to be sent. */
  seal(message: Uint8Array): Uint8Array {
    return this.#sent.next(message);
  }

  /** The next message that has come, without its seal; `undefined` if that is not right. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < sealSize) return undefined;
    const message = sealed.subarray(0, sealed.length - sealSize);
    const seal = sealed.subarray(message.length);
    return isSameProof(seal, this.#heard.next(message)) ? message : undefined;
  }
}
