/** The messages: what is sent, and what shows that it came whole. */

import type { Kind } from "./sizes.ts";

/** A message of a few fields. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
  readonly isNew: boolean;
}

const bytesOf: Partial<Record<Kind, number>> = { "1 KB": 2 ** 10, "1 MB": 2 ** 20 };

/** Makes the messages of a kind by their numbers. The bytes are the same again and again. */
export function maker(kind: Kind): (i: number) => unknown {
  if (kind === "integer") return (i) => i;
  if (kind === "object") {
    return (id): Item => ({ id, name: "an item", price: id + 0.5, isNew: true });
  }
  const bytes = new Uint8Array(bytesOf[kind]!);
  return (i) => {
    bytes[0] = i;
    bytes[bytes.length - 1] = i;
    return bytes;
  };
}

/** Tells a number of a message that all those sent must add up to. */
export function reader(kind: Kind): (message: unknown) => number {
  if (kind === "integer") return (message) => message as number;
  if (kind === "object") return (message) => (message as Item).id;
  return (message) => {
    const bytes = message as Uint8Array;
    return bytes[0]! + bytes[bytes.length - 1]! + bytes.length;
  };
}

/** What the messages of these numbers add up to. */
export function sumOf(kind: Kind, from: number, to: number): number {
  const make = maker(kind);
  const read = reader(kind);
  let sum = 0;
  for (let i = from; i < to; i++) sum += read(make(i));
  return sum;
}
