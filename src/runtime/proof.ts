/**
 * What it takes to prove that one knows a key without telling it.
 *
 * @module
 * @internal
 */

import type { Hash } from "node:crypto";
import { lateCrypto } from "./lazy_builtins.ts";

/** How many bytes a proof has. */
export const proofSize = 32;

/** Bytes that nobody could foresee. */
export function randomNonce(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** What only who knows the key can tell of a text: HMAC with SHA-256. */
export function proofOf(key: Uint8Array, text: Uint8Array): Uint8Array {
  return new Uint8Array(lateCrypto().createHmac("sha256", key).update(text).digest());
}

/** How many bytes SHA-256 takes at a time. */
const blockSize = 64;

/**
 * The same for many texts and one key of at most 64 bytes, whose part is done once, as RFC 2104
 * says how: on Node and Deno that costs a half, and less, of a new HMAC for each.
 */
export class Prover {
  readonly #inner: Hash;
  readonly #outer: Hash;

  constructor(key: Uint8Array) {
    const keyed = (pad: number): Hash => {
      const block = new Uint8Array(blockSize).fill(pad);
      key.forEach((byte, i) => block[i]! ^= byte);
      return lateCrypto().createHash("sha256").update(block);
    };
    this.#inner = keyed(0x36);
    this.#outer = keyed(0x5c);
  }

  /** What only who knows the key can tell of a text in parts. */
  proofOf(...text: Uint8Array[]): Uint8Array {
    const inner = this.#inner.copy();
    for (const part of text) inner.update(part);
    return new Uint8Array(this.#outer.copy().update(inner.digest()).digest());
  }
}

/** How long a key may be that HMAC takes as it is: a longer one it replaces by its digest. */
const longestKey = 64;

/**
 * What stands for a key in proofs, so that two keys are never the same: HMAC fills a short one up
 * with zeros, and so would take `"key"` for `"key\0"`.
 */
export function distinctKey(key: Uint8Array): Uint8Array {
  if (key.at(-1) !== 0 && key.length <= longestKey) return key;
  const digest = lateCrypto().createHash("sha256").update(key).update(`${key.length}`).digest();
  // Longer than what HMAC would make of another long key, and without a zero at its end.
  return Uint8Array.of(...digest, 1);
}

/** Whether two proofs are the same; takes the same time whether they are or not. */
export function isSameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && lateCrypto().timingSafeEqual(one, other);
}
