/** A client of a managed dictionary: what it does in a turn, and what shows that it was done. */

import type { DictProxy } from "@nproc/multiprocessing";
import { numbersBelow } from "../lib/numbers.ts";
import { expectEqual } from "../lib/row.ts";
import { sizes } from "./sizes.ts";
import type { Turn } from "./turns.ts";

/** What is measured. */
export type Dict = DictProxy<string, number>;

const keysOf = (client: number): string[] =>
  numbersBelow(sizes.keys).map((i) => `client ${client}, key ${i}`);

/** What the dictionary has at first: the keys of all clients, with their numbers. */
export function initialItems(clients: number): Map<string, number> {
  return new Map(
    numbersBelow(clients).flatMap((client) => keysOf(client).map((key, i) => [key, i] as const)),
  );
}

/**
 * Checks what a client has set: each value is the key's number and what they have in common. Only
 * if its calls were done in their order are these the last ones.
 */
export async function checkDict(dict: Dict, client: number, common: number): Promise<void> {
  const items = await dict.copy();
  for (const [i, key] of keysOf(client).entries()) expectEqual(items.get(key), common + i, key);
}

/** Calls again and again, with always so many calls under way; fulfilled when all were answered. */
async function callAll(
  count: number,
  underWay: number,
  call: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const goOn = async (): Promise<void> => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: underWay }, goOn));
}

/** One of those that take turns. */
export class Client {
  readonly #dict: Dict;
  readonly #keys: readonly string[];
  /** What all its values have in common but their keys' numbers. */
  #common = 0;
  #sets = 0;

  constructor(dict: Dict, number: number) {
    this.#dict = dict;
    this.#keys = keysOf(number);
  }

  /** What the values are that it has set: see `checkDict`. */
  get common(): number {
    return this.#common;
  }

  /** Takes a turn: in how many milliseconds. What was got is checked after that. */
  async play({ work, pace }: Turn): Promise<number> {
    const count = sizes.calls[pace];
    const found: (number | undefined)[] = new Array(count);
    const call = work === "get" ? this.#get(found) : this.#set(count);
    const before = performance.now();
    await callAll(count, pace === "one" ? 1 : sizes.underWay, call);
    const time = performance.now() - before;
    if (work === "get") this.#check(found);
    return time;
  }

  #get(found: (number | undefined)[]): (i: number) => Promise<void> {
    return async (i) => {
      found[i] = await this.#dict.get(this.#keys[i % sizes.keys]!);
    };
  }

  /** Every call sets another value: what stays is that of the last for each key. */
  #set(count: number): (i: number) => Promise<void> {
    const first = ++this.#sets * 1_000_000;
    this.#common = first + count - sizes.keys;
    return (i) => this.#dict.set(this.#keys[i % sizes.keys]!, first + i);
  }

  #check(found: readonly (number | undefined)[]): void {
    for (const [i, value] of found.entries()) {
      expectEqual(value, this.#common + i % sizes.keys, this.#keys[i % sizes.keys]!);
    }
  }
}
