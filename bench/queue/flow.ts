/**
 * Messages a second from one child to another, and from two to two: in turns with messages over a
 * bare channel, and with memory that is only copied.
 *
 * A consumer looks at the clock and lets a producer go, so what is measured includes a wake-up.
 */

import { Barrier, Process, RawArray, Semaphore, setStartMethod } from "@nproc/multiprocessing";
import { openChannel } from "../lib/channel.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, type Method, printRow } from "../lib/row.ts";
import { maker, reader, sumOf } from "./items.ts";
import { type Kind, kinds, sizes } from "./sizes.ts";
import { openWays, wayNames, type Ways, waysOf } from "./ways.ts";

/** What the children share. */
export interface Shared {
  readonly ways: Ways;
  readonly kind: Kind;
  /** The children and their parent before and after each turn. */
  readonly turn: Barrier;
  readonly go: Semaphore;
  /** For each consumer the milliseconds of the turn, and what it got in it. */
  readonly times: Float64Array;
  readonly sums: Float64Array;
}

/** A way, and how many there are at each of its ends. */
interface Turn {
  readonly name: string;
  readonly pairs: 1 | 2;
}

const turns: readonly Turn[] = wayNames.flatMap((name) => [
  { name, pairs: 1 } as const,
  { name, pairs: 2 } as const,
]);

/** Takes part in every turn of every round in which there are so many pairs. */
async function takePart(shared: Shared, pair: number, play: (turn: Turn) => Promise<void>) {
  for (let round = -1; round < sizes.rounds; round++) {
    for (const turn of turns) {
      await shared.turn.wait();
      if (pair < turn.pairs) await play(turn);
      await shared.turn.wait();
    }
  }
}

export async function produce(shared: Shared, pair: number): Promise<void> {
  const ways = waysOf(shared.ways);
  const make = maker(shared.kind);
  const all = sizes.messages[shared.kind];
  await takePart(shared, pair, async ({ name, pairs }) => {
    const { put } = ways[name]!;
    await shared.go.acquire();
    const end = (pair + 1) * all / pairs;
    for (let i = pair * all / pairs; i < end; i++) {
      const pending = put(make(i));
      if (pending !== undefined) await pending;
    }
  });
}

export async function consume(shared: Shared, pair: number): Promise<void> {
  const ways = waysOf(shared.ways);
  const read = reader(shared.kind);
  const all = sizes.messages[shared.kind];
  await takePart(shared, pair, async ({ name, pairs }) => {
    const { get } = ways[name]!;
    let sum = 0;
    const before = performance.now();
    shared.go.release();
    for (let left = all / pairs; left > 0; left--) {
      const message = get();
      sum += read(message instanceof Promise ? await message : message);
    }
    shared.times[pair] = performance.now() - before;
    shared.sums[pair] = sum;
  });
}

/** One turn, as their parent sees it: milliseconds. */
async function watch({ turn, times, sums, kind }: Shared, name: string): Promise<number> {
  times.fill(0);
  sums.fill(0);
  await turn.wait();
  await turn.wait();
  expectEqual(sums[0]! + sums[1]!, sumOf(kind, 0, sizes.messages[kind]), `${name}, ${kind}`);
  return Math.max(...times);
}

/** Sends as many messages to a bare child, one by one: milliseconds until it says that all came. */
function rawFlow(method: Method, kind: Kind): { run(): Promise<number>; end(): Promise<void> } {
  const channel = openChannel(method, new URL("./raw_child.ts", import.meta.url));
  channel.post({ kind });
  const make = maker(kind);
  const count = sizes.messages[kind];
  const run = async (): Promise<number> => {
    const before = performance.now();
    const sum = await new Promise((resolve) => {
      channel.onMessage = resolve;
      for (let i = 0; i < count; i++) channel.post(make(i));
      channel.post("end");
    });
    const time = performance.now() - before;
    expectEqual(sum, sumOf(kind, 0, count), `raw, ${kind}`);
    return time;
  };
  return { run, end: () => channel.close() };
}

/**
 * Copies as many bytes into shared memory and out of it: milliseconds. Whoever receives a message
 * has it in memory of its own, which the system must first provide: `isNew` does so, too.
 */
function copyTwice(memory: Uint8Array, kind: Kind, isNew: boolean): number {
  const from = maker(kind)(0) as Uint8Array;
  let to = new Uint8Array(from.length);
  const before = performance.now();
  for (let i = 0; i < sizes.messages[kind]; i++) {
    const at = i * from.length % memory.length;
    memory.set(from, at);
    if (isNew) to = new Uint8Array(from.length);
    to.set(memory.subarray(at, at + from.length));
  }
  return performance.now() - before;
}

/** Times everything with messages of one kind. */
async function compare(kind: Kind, method: Method, memory: Uint8Array): Promise<void> {
  const shared: Shared = {
    ways: openWays(),
    kind,
    turn: new Barrier(5, { timeout: 30_000 }),
    go: new Semaphore(0),
    times: new RawArray("d", 2) as Float64Array,
    sums: new RawArray("d", 2) as Float64Array,
  };
  const children = [produce, consume].flatMap((target) =>
    [0, 1].map((pair) => new Process({ target, args: [shared, pair] }))
  );
  for (const child of children) child.start();
  const raw = rawFlow(method, kind);
  const samples = new Map<string, number[]>();
  const add = (name: string, pairs: number, time: number, round: number): void => {
    const key = JSON.stringify({ scenario: `${kind}, ${pairs} to ${pairs}`, competitor: name });
    if (!samples.has(key)) samples.set(key, []);
    if (round >= 0) samples.get(key)!.push(1000 * sizes.messages[kind] / time);
  };
  for (let round = -1; round < sizes.rounds; round++) {
    for (const turn of turns) add(turn.name, turn.pairs, await watch(shared, turn.name), round);
    add("raw", 1, await raw.run(), round);
    if (kind.endsWith("B")) {
      add("copy", 1, copyTwice(memory, kind, false), round);
      add("copy to new", 1, copyTwice(memory, kind, true), round);
    }
  }
  for (const child of children) {
    await child.join();
    expectEqual(child.exitCode, 0, "A child's exit code");
  }
  await raw.end();
  for (const [key, rates] of samples) {
    printRow({ ...JSON.parse(key), method, unit: "messages/s", samples: rates, beside: "raw" });
  }
}

async function main(): Promise<void> {
  const { method, scenarios } = programOptions();
  setStartMethod(method);
  const memory = new RawArray("B", sizes.copied) as Uint8Array;
  for (const kind of kinds) {
    if (scenarios?.includes(kind) ?? true) await compare(kind, method, memory);
  }
  endSoon();
}

if (import.meta.main) await main();
