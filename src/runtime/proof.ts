/**
 * What it takes to prove that one knows a key without telling it.
 *
 * @module
 * @internal
 */

import { lateCrypto } from "./late_modules.ts";

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

/** Whether two proofs are the same; takes the same time whether they are or not. */
export function isSameProof(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && lateCrypto().timingSafeEqual(one, other);
}
