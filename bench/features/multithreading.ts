/** npm's `multithreading`. */

import { loadPeer } from "../lib/load_peer.ts";
import { gives } from "./common.ts";
import type { TaskName } from "./tasks.ts";
import { serve } from "./serve.ts";

interface Result {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: unknown;
}

interface Handle {
  join(): Promise<Result>;
  abort(): void;
}

interface Guard {
  readonly value: Int32Array;
  dispose(): void;
}

interface Mutex {
  lock(): Promise<Guard>;
}

interface Sender {
  send(value: unknown): Promise<Result>;
}

interface Receiver {
  recv(): Promise<Result>;
}

interface Peer {
  readonly Mutex: new (value: Int32Array) => Mutex;
  initRuntime(config: { maxWorkers: number }): void;
  move(...args: unknown[]): unknown;
  spawn(moved: unknown, fn: (...args: never[]) => unknown): Handle;
  channel(capacity?: number): [Sender, Receiver];
  shutdown(): void;
}

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

async function load(workers: number): Promise<Peer> {
  const peer = await loadPeer<Peer>("multithreading");
  peer.initRuntime({ maxWorkers: workers });
  return peer;
}

async function valueOf(handle: Handle): Promise<unknown> {
  const { ok, value, error } = await handle.join();
  if (!ok) throw error;
  return value;
}

// Those below are sent as source text.

const runTask = async (url: string, name: TaskName, n: number): Promise<unknown> => {
  const { tasks } = await import(url);
  return tasks[name](n);
};

const increment = async (mutex: Mutex): Promise<void> => {
  for (let i = 0; i < 1000; i++) {
    const guard = await mutex.lock();
    const value = guard.value[0]!;
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    guard.value[0] = value + 1;
    guard.dispose();
  }
};

const produce = async (sender: Sender): Promise<void> => {
  for (let i = 0; i < 100; i++) await sender.send({ i });
};

const consume = async (receiver: Receiver): Promise<number> => {
  let sum = 0;
  for (let i = 0; i < 100; i++) sum += ((await receiver.recv()).value as { i: number }).i;
  return sum;
};

/** Two workers raise a shared number under its lock. */
async function countTogether(): Promise<string> {
  const { move, Mutex, spawn } = await load(2);
  const numbers = new Int32Array(new SharedArrayBuffer(4));
  const mutex = new Mutex(numbers);
  await Promise.all([1, 2].map(() => valueOf(spawn(move(mutex), increment))));
  return numbers[0] === 2000 ? "yes" : `no: ${numbers[0]}`;
}

if (import.meta.main) {
  await serve({
    open: async (_, workers) => {
      const { move, shutdown, spawn } = await load(workers);
      const url = new URL("./tasks.ts", import.meta.url).href;
      const start = (name: TaskName, n = 0): Handle => spawn(move(url, name, n), runTask);
      return {
        run: (name, n) => valueOf(start(name, n)),
        interrupt: () => {
          const handle = start("spin");
          setTimeout(() => handle.abort(), 1000);
          return valueOf(handle);
        },
        close: shutdown,
      };
    },
    claims: {
      inline: async () => {
        const { move, spawn } = await load(1);
        return await gives(valueOf(spawn(move(2), (n: number) => n + 1)), 3);
      },
      main: async () => {
        const { move, spawn } = await load(1);
        return await gives(valueOf(spawn(move(2), triple)), 6);
      },
      queue: async () => {
        const { channel, move, spawn } = await load(2);
        const [sender, receiver] = channel();
        const sum = valueOf(spawn(move(receiver), consume));
        await valueOf(spawn(move(sender), produce));
        return await sum === 4950 ? "yes" : "no";
      },
      lock: countTogether,
      value: countTogether,
    },
  });
}
