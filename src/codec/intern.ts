/**
 * Property names, so that the same one is the same string.
 *
 * @module
 * @internal
 */

const SLOTS = 1024;
const cache: (string | undefined)[] = new Array(SLOTS).fill(undefined);

/**
 * The ASCII string in `bytes`, the same string each time it comes again, so that a property's name
 * costs a comparison and no allocation. One slot for each hash: what collides is replaced, and the
 * memory held is bounded.
 */
export function intern(bytes: Uint8Array, start: number, length: number): string {
  if (length === 0) return "";
  let hash = length;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash, 31) + bytes[i]!;
  const slot = (hash ^ hash >>> 10) & (SLOTS - 1);
  const known = cache[slot];
  if (known !== undefined && known.length === length && equals(known, bytes, start)) return known;
  let text = "";
  for (let i = start; i < start + length; i++) text += String.fromCharCode(bytes[i]!);
  // The engine makes it the one copy that its lookups compare by address when it first is a
  // property's name.
  cache[slot] = text;
  return text;
}

function equals(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
