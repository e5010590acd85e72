/** The channel of npm's `multithreading`, which has threads only and carries what JSON can say. */

import { loadPeer } from "../lib/load_peer.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { sumOf } from "./items.ts";
import { type Kind, sizes } from "./sizes.ts";

interface Result<T> {
  readonly ok: boolean;
  readonly value?: T;
  readonly error?: unknown;
}

interface Sender {
  send(value: unknown): Promise<Result<void>>;
  clone(): Sender;
}

interface Receiver {
  recv(): Promise<Result<unknown>>;
  clone(): Receiver;
}

interface Peer {
  initRuntime(config: { maxWorkers: number }): void;
  move(...args: unknown[]): unknown;
  spawn<T>(moved: unknown, fn: (...args: never[]) => Promise<T>): {
    join(): Promise<Result<T>>;
  };
  channel(capacity?: number): [Sender, Receiver];
  shutdown(): void;
}

// Both are sent as source text.

const produce = async (sender: Sender, count: number, isObject: boolean): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const item = { id: i, name: "an item", price: i + 0.5, isNew: true };
    const { ok, error } = await sender.send(isObject ? item : i);
    if (!ok) throw error;
  }
};

const consume = async (
  receiver: Receiver,
  count: number,
): Promise<{ sum: number; time: number }> => {
  let sum = 0;
  const before = performance.now();
  for (let i = 0; i < count; i++) {
    const { value } = await receiver.recv();
    sum += typeof value === "object" ? (value as { id: number }).id : value as number;
  }
  return { sum, time: performance.now() - before };
};

function valueOf<T>({ ok, value, error }: Result<T>): T {
  if (!ok) throw error;
  return value as T;
}

async function compare({ channel, move, spawn }: Peer, kind: Kind): Promise<void> {
  const count = sizes.messages[kind];
  const samples: number[] = [];
  for (let round = -1; round < sizes.rounds; round++) {
    const [sender, receiver] = channel();
    const consumer = spawn(move(receiver, count), consume);
    const producer = spawn(move(sender, count, kind === "object"), produce);
    valueOf(await producer.join());
    const { sum, time } = valueOf(await consumer.join());
    expectEqual(sum, sumOf(kind, 0, count), `multithreading, ${kind}`);
    if (round >= 0) samples.push(1000 * count / time);
  }
  printRow({
    scenario: `${kind}, 1 to 1`,
    competitor: "multithreading",
    method: "worker",
    unit: "messages/s",
    samples,
  });
}

if (import.meta.main) {
  const { scenarios } = programOptions();
  const peer = await loadPeer<Peer>("multithreading");
  peer.initRuntime({ maxWorkers: 2 });
  for (const kind of ["integer", "object"] as const) {
    if (scenarios?.includes(kind) ?? true) await compare(peer, kind);
  }
  peer.shutdown();
  endSoon();
}
