/**
 * Two children that want the same at once. They measure by themselves, in turns and side by side;
 * their parent only waits for their end.
 */

import {
  Barrier,
  Lock,
  Process,
  RawArray,
  Semaphore,
  setStartMethod,
  Value,
} from "@nproc/multiprocessing";
import { programOptions } from "../lib/program.ts";
import { expectEqual, type Method, printRow } from "../lib/row.ts";
import { BareLock, plainWords, SpinLock } from "./bare.ts";
import { sizes } from "./sizes.ts";

/** What the children share. */
export interface Shared {
  readonly start: Barrier;
  readonly lock: Lock;
  readonly semaphore: Semaphore;
  readonly value: Value;
  readonly words: Int32Array;
  /** What is guarded by the lock of the contender: a count that must come out right. */
  readonly guarded: Int32Array;
  /** For each child, round and contender how often it did it in a second; and how often in all. */
  readonly rates: Float64Array;
  readonly totals: Float64Array;
}

/** One turn: acquire, add one to what is guarded, release. */
type Turn = () => void | Promise<void>;

const bareWordAt = 16;

/** The contenders by the names of their rows: scenario and competitor. */
function contenders(
  { lock, semaphore, value, words, guarded }: Shared,
  method: Method,
): [scenario: string, competitor: string, turn: Turn][] {
  const plain = plainWords(words);
  const bareWords = plain.subarray(bareWordAt);
  const bare = method === "worker" ? new BareLock(bareWords) : new SpinLock(bareWords);
  const valueLock = value.getLock();
  return [
    ["contended lock", "acquireSync", () => {
      lock.acquireSync();
      guarded[0]!++;
      lock.release();
    }],
    ["contended lock", "await acquire", async () => {
      await lock.acquire();
      guarded[1]!++;
      lock.release();
    }],
    ["contended lock", "bare", () => {
      bare.acquire();
      guarded[2]!++;
      bare.release();
    }],
    ["contended semaphore", "acquireSync", () => {
      semaphore.acquireSync();
      guarded[3]!++;
      semaphore.release();
    }],
    ["contended value", "acquireSync", () => {
      valueLock.acquireSync();
      value.value++;
      valueLock.release();
    }],
    ["contended value", "holdSync", () => {
      using _ = value.holdSync();
      value.value++;
    }],
    ["contended value", "bare", () => {
      Atomics.add(plain, 0, 1);
    }],
  ];
}

/** Takes turns for a while: how many, and in how many milliseconds. */
async function takeTurns(turn: Turn): Promise<{ done: number; time: number }> {
  const { time, stride } = sizes.contention;
  const before = performance.now();
  for (let done = stride;; done += stride) {
    for (let i = 0; i < stride; i++) {
      const pending = turn();
      if (pending !== undefined) await pending;
    }
    const passed = performance.now() - before;
    if (passed >= time) return { done, time: passed };
  }
}

/** What a child does: the contenders in turns, at the same time as the other child. */
export async function contend(child: number, shared: Shared, method: Method): Promise<void> {
  const all = contenders(shared, method);
  for (let round = -1; round < sizes.rounds; round++) {
    for (const [i, [, , turn]] of all.entries()) {
      shared.start.waitSync();
      const { done, time } = await takeTurns(turn);
      shared.totals[child * all.length + i]! += done;
      if (round < 0) continue;
      shared.rates[(child * sizes.rounds + round) * all.length + i] = 1000 * done / time;
    }
  }
}

/** What was counted under each contender's lock. */
const countsOf = ({ guarded, value, words }: Shared): (number | undefined)[] => [
  guarded[0],
  guarded[1],
  guarded[2],
  guarded[3],
  undefined,
  undefined,
  words[0],
  value.value,
];

function check(shared: Shared, names: readonly string[]): void {
  const { length } = names;
  const counts = countsOf(shared);
  const total = (i: number): number => shared.totals[i]! + shared.totals[length + i]!;
  for (const [i, name] of names.entries()) {
    if (counts[i] !== undefined) expectEqual(counts[i], total(i), name);
  }
  expectEqual(counts[length], total(4) + total(5), "The value");
}

async function main(): Promise<void> {
  const { method } = programOptions();
  setStartMethod(method);
  const shared: Shared = {
    start: new Barrier(2),
    lock: new Lock(),
    semaphore: new Semaphore(1),
    value: new Value("i", 0),
    words: new RawArray("i", 32) as Int32Array,
    guarded: new RawArray("i", 4) as Int32Array,
    rates: new RawArray("d", 1000) as Float64Array,
    totals: new RawArray("d", 32) as Float64Array,
  };
  const children = [0, 1].map((i) => new Process({ target: contend, args: [i, shared, method] }));
  for (const child of children) child.start();
  for (const child of children) {
    await child.join();
    expectEqual(child.exitCode, 0, "A child's exit code");
  }
  const all = contenders(shared, method);
  check(shared, all.map(([scenario, competitor]) => `${scenario}, ${competitor}`));
  for (const [i, [scenario, competitor]] of all.entries()) {
    const samples = Array.from({ length: sizes.rounds }, (_, round) =>
      [0, 1].reduce(
        (sum, child) => sum + shared.rates[(child * sizes.rounds + round) * all.length + i]!,
        0,
      ));
    printRow({ scenario, competitor, method, unit: "pairs/s", samples, beside: "bare" });
  }
}

if (import.meta.main) await main();
