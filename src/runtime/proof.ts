/**
 * What it takes to prove that one knows a key without telling it.
 *
 * @module
 * @internal
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How many bytes a proof has. */
export const proofSize = 32;

/** Bytes that nobody could foresee. */
export function randomNonce(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size));
}

/** What only who knows the key can tell of a text: HMAC with SHA-256. */
export function proofOf(key: Uint8Array, text: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}

/** Whether two proofs are the same; takes the same time whether they are or not. */
export function isSameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
