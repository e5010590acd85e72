/** What children do with the memory that they share. */

import { type StartMethod, task } from "../../mod.ts";
import { allocate, Block, free } from "../../src/memory/allocator.ts";
import { arenaOf } from "../../src/memory/arena.ts";
import { Futex } from "../../src/memory/futex.ts";
import { Random } from "../stress/random.ts";
import type { Form } from "../fixtures.ts";

/** A block on its way to another child. */
export type Place = [method: StartMethod, address: number, serial: number];

export const placeOf = ({ arena, address, serial }: Block): Place => [
  arena.method,
  address,
  serial,
];
export const blockOf = ([method, address, serial]: Place): Block =>
  new Block(arenaOf(method), address, serial);

/** A block, and what its holder has written all over it. */
interface Held {
  readonly block: Block;
  readonly bytes: Uint8Array;
  readonly mark: number;
}

function take(method: StartMethod, size: number, mark: number): Held {
  const block = allocate(method, size);
  const bytes = block.arena.bytes.subarray(4 * block.word, 4 * block.word + size);
  const dirty = bytes.findIndex((byte) => byte !== 0);
  if (dirty >= 0) throw new Error(`${size} bytes at ${block.address} are not zero at ${dirty}`);
  bytes.fill(mark);
  return { block, bytes, mark };
}

function giveBack({ block, bytes, mark }: Held): void {
  const foreign = bytes.findIndex((byte) => byte !== mark);
  if (foreign >= 0) throw new Error(`At ${block.address} somebody else wrote ${bytes[foreign]}`);
  if (!block.isLive) throw new Error(`The block at ${block.address} was freed by somebody else`);
  free(block);
  if (block.isLive) throw new Error(`The block at ${block.address} outlives its end`);
  free(block); // A second time is without effect, even if somebody has the memory again.
}

/**
 * Takes and gives back blocks at random, each full of this child's mark. Throws if anyone else has
 * one.
 */
export function churn(method: StartMethod, seed: number, mark: number, steps: number): number {
  const random = new Random(seed);
  const held: Held[] = [];
  for (let step = 0; step < steps; step++) {
    if (held.length < 40 && random.chance(0.55)) {
      const size = random.chance(0.9) ? random.int(0, 300) : random.int(0, 20_000);
      held.push(take(method, size, mark));
    } else if (held.length > 0) {
      giveBack(...held.splice(random.int(0, held.length - 1), 1) as [Held]);
    }
  }
  for (const each of held) giveBack(each);
  return steps;
}
task(import.meta, churn);

/** Does so until it is ended. */
export function churnForEver(method: StartMethod, place: Place): void {
  const words = wordsOf(place);
  for (let seed = 0; Atomics.load(words, 1) === 0; seed++) {
    churn(method, seed, 99, 100);
    Atomics.add(words, 0, 1);
  }
}
task(import.meta, churnForEver);

/** The words of a block's user. */
export const wordsOf = (place: Place): Int32Array => {
  const { arena, word } = blockOf(place);
  return arena.words.subarray(word, word + 16);
};

/** Frees what somebody else has taken. */
export function freeIt(place: Place): void {
  free(blockOf(place));
}
task(import.meta, freeIt);

/** What is slower must have been found by a look, not by a wake-up. */
const slow = 40;

/**
 * Passes a word to and fro: waits until it is `mine`, then makes it `theirs`. Gives its slow waits.
 */
export async function passWord(
  place: Place,
  form: Form,
  mine: number,
  theirs: number,
  count: number,
): Promise<number> {
  const { arena, word } = blockOf(place);
  const futex = new Futex(arena, word + 1);
  const isMine = (): boolean => Atomics.load(arena.words, word) === mine;
  let slowWaits = 0;
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    const inTime = form === "sync"
      ? futex.waitSync(isMine, 20_000)
      : await futex.wait(isMine, { timeout: 20_000 });
    if (!inTime) throw new Error(`Nobody passed the word in round ${i}`);
    // The first round waits for the other child to begin.
    if (i > 0 && performance.now() - begun > slow) slowWaits++;
    Atomics.store(arena.words, word, theirs);
    futex.wake();
  }
  return slowWaits;
}
task(import.meta, passWord);
