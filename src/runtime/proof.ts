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

/** What only who knows the key can tell of a text, which may be in parts: HMAC with SHA-256. */
export function proofOf(key: Uint8Array, ...text: Uint8Array[]): Uint8Array {
  const hmac = lateCrypto().createHmac("sha256", key);
  for (const part of text) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** How long a key may be that HMAC takes as it is: a longer one it replaces by its digest. */
const longestKey = 64;

/**
 * What stands for a key in proofs, so that two keys are never the same: HMAC fills a short one up with zeros,
 * and so would take `"key"` for `"key\0"`.
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
