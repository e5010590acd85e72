/**
 * Shares memory between threads where the system refuses a piece that is larger than its argument
 * says.
 */

import process from "node:process";
import { getContext, type Queue, task } from "../../../mod.ts";
import { allocate, allocateIfRoom, Block, free } from "../../../src/memory/allocator.ts";
import { arenaOf } from "../../../src/memory/arena.ts";

const { Event, Lock, Pool, Process, Queue: NewQueue, SharedArray } = getContext("worker");

/** From here on the system refuses more than so many bytes at once. */
function refuseMoreThan(most: number): void {
  const Real = SharedArrayBuffer;
  const patched = function (size: number): SharedArrayBuffer {
    if (size > most) throw new RangeError("Array buffer allocation failed");
    return new Real(size);
  };
  globalThis.SharedArrayBuffer = Object.assign(patched, { prototype: Real.prototype }) as never;
}

function outcome(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

export function square(x: number): number {
  return x * x;
}

export function shareIn(): string {
  return outcome(() => new Lock());
}

const echo = task(import.meta, async (from: Queue<Uint8Array>, to: Queue<number>) => {
  for (;;) await to.put((await from.get()).length);
});

/** Threads that start, and a pool; and what else there is. */
async function nothing(): Promise<void> {
  await using pool = new Pool(2);
  console.log(await pool.map(square, [1, 2, 3]));
  console.log(outcome(() => new Lock()));
  console.log(await pool.apply(shareIn));
  const thread = new Process({ target: square, args: [2] });
  thread.start();
  console.log(await thread.join(), thread.exitCode);
  const killed = new Process({ target: square, args: [2] });
  killed.start();
  killed.kill();
  console.log(await killed.join(), outcome(() => new Event()) === outcome(() => new Lock()));
}

/** A pool, and as much to share as its threads leave. */
async function limited(): Promise<void> {
  await using pool = new Pool(1);
  console.log(await pool.map(square, [1, 2, 3]));
  console.log(outcome(() => new Lock()), arenaOf("worker").size < 2 ** 30);
}

/** A queue that is larger than the memory. */
async function little(): Promise<void> {
  const items = new NewQueue<Uint8Array>();
  const lengths = new NewQueue<number>();
  // Has some room of its own from here on: it must not be the items that take all.
  lengths.putNoWait(0);
  lengths.getNoWait();
  const other = new Process({ target: echo, args: [items, lengths], daemon: true });
  other.start();
  const putting = (async () => {
    for (let i = 1; i <= 300; i++) await items.put(new Uint8Array(500 * i));
  })();
  let sum = 0;
  for (let i = 0; i < 300; i++) sum += await lengths.get();
  await putting;
  console.log(arenaOf("worker").size, sum === 500 * 300 * 301 / 2);
  console.log(outcome(() => new SharedArray("d", 2 ** 17)));
  await items.put(new Uint8Array(2 ** 20)).catch((error: Error) => console.log(error.name));
  other.terminate();
  await other.join();
}

/**
 * Fills all with the items of a queue, takes them, and finds room for much that is in one piece.
 */
function rejoin(): void {
  const { RawArray } = getContext("worker");
  const items = new NewQueue<string>();
  for (const length of [5000, 100, 20_000]) {
    let count = 0;
    const put = () => {
      items.putNoWait("x".repeat(length));
      count++;
    };
    while (outcome(put) === "done");
    for (let i = 0; i < count; i++) items.getNoWait();
    const half = arenaOf("worker").size / 2;
    using found = new RawArray("b", half);
    console.log(count * length > half, found.length === half);
  }
}

/**
 * Takes blocks and gives them back until all were merged and cut many times; others may know some.
 */
function churn(seed: number): void {
  let state = seed;
  const random = (below: number): number => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b_3c6d) + 0x9e37_79b9 | 0;
    return (state >>> 0) % below;
  };
  const arena = arenaOf("worker");
  const live: { block: Block; size: number; mark: number }[] = [];
  const gone: Block[] = [];
  const wordsOf = (block: Block, size: number): Int32Array =>
    arena.words.subarray(block.word, block.word + (size >> 2));
  const release = ({ block, size, mark }: (typeof live)[0]): void => {
    if (!block.isLive) throw new Error("it was freed by another");
    if (!wordsOf(block, size).every((word) => word === mark)) throw new Error("it was overwritten");
    free(block);
  };
  for (let step = 0; step < 10_000; step++) {
    // As locks are, and records.
    const isKnown = random(20) === 0;
    const size = 4 * random(100) + (isKnown ? 0 : 2 ** (14 + random(4)));
    // All is given back now and then, so that there are neighbours.
    if (step % 500 === 499) { while (live.length > 0) release(live.pop()!); }
    if (random(3) > 0) {
      let block: Block | undefined;
      const failed = outcome(() => {
        block = isKnown ? allocate("worker", size, 0) : allocateIfRoom("worker", size, 0);
      });
      if (failed !== "done" && !failed.startsWith("RangeError")) throw new Error(failed);
      if (block === undefined) continue;
      wordsOf(block, size).fill(step);
      live.push({ block, size, mark: step });
      const { address, serial } = block;
      if (isKnown) gone.push(new Block(arena, address, serial));
    } else if (live.length > 0) release(live.splice(random(live.length), 1)[0]!);
    // Those who know a block may look for it, and free it, when that was done long ago.
    const old = gone[random(gone.length || 1)];
    if (old !== undefined && !live.some(({ block }) => block.serial === old.serial)) {
      if (old.isLive) throw new Error("it lives again");
      free(old);
    }
  }
  for (const { block } of live) free(block);
  console.log("all was whole");
}

if (import.meta.main) {
  const [what, most, seed] = process.argv.slice(2);
  refuseMoreThan(Number(most));
  await { nothing, limited, little, rejoin, churn: () => churn(Number(seed)) }[what as "nothing"]();
  process.exit();
}
