/**
 * When two values that have travelled are the same to a list: they are copies, so not by identity.
 *
 * @module
 * @internal
 */

import { extensionOf } from "../../../codec/extension.ts";
import { targetOf } from "../../protocol/target.ts";

/** What is no more than a primitive value. */
const boxes = [Date, Number, String, Boolean, BigInt];

/**
 * Pairs that are being compared: within themselves they are equal if nothing else tells them apart.
 */
type Begun = Map<object, Set<object>>;

/** Whether two values are equal, as Python's `==` has it: by what they hold. */
export function areEqual(a: unknown, b: unknown, begun: Begun = new Map()): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (extensionOf(a) !== undefined) return standForTheSame(a, b);
  if (boxes.some((box) => a instanceof box)) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof RegExp || a instanceof Error) {
    if (String(a) !== String(b)) return false;
  }
  if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) {
    return areEqualLists(bytesOf(a), bytesOf(b as typeof a), begun);
  }
  const others = begun.get(a) ?? new Set();
  if (others.has(b)) return true;
  begun.set(a, others.add(b));
  if (a instanceof Map || a instanceof Set) return areEqualLists([...a], [...b as typeof a], begun);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) &&
      areEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], begun)
    );
}

/** What stands for something else, as a proxy does, holds nothing to tell it by. */
function standForTheSame(a: object, b: object): boolean {
  const [one, other] = [targetOf(a), targetOf(b)];
  return one !== undefined && other !== undefined && one.isSame(other);
}

function areEqualLists(a: ArrayLike<unknown>, b: ArrayLike<unknown>, begun: Begun): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!areEqual(a[i], b[i], begun)) return false;
  return true;
}

function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}
