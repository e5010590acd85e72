/**
 * Makes handles, sends them somewhere, uses them there and drops them, and says how much memory was
 * used after some rounds and after many more. Its arguments: the start method, and where they go.
 */

import process from "node:process";
import {
  type Connection,
  getContext,
  type Lock,
  Manager,
  Process,
  type Queue,
  setStartMethod,
  type StartMethod,
  type Value,
} from "../../../mod.ts";
import { arenaOf } from "../../../src/memory/arena.ts";
import { collectGarbage } from "../../../src/runtime/garbage.ts";

const method = process.argv[2] as StartMethod;
const context = getContext(method);

/** Collects, and lets go on what waits for that. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

/** Puts into a queue what takes 64 KiB there. */
export async function put(queue: Queue<number>, value: Value, lock: Lock): Promise<number> {
  using _ = await lock.hold();
  value.value += 1;
  await queue.put(value.value);
  return value.value;
}

export async function make(n: number): Promise<[Queue<number>, Connection]> {
  const queue = new context.Queue<number>();
  await queue.put(n);
  const [mine, theirs] = context.Pipe();
  await mine.send(n);
  return [queue, theirs];
}

interface Request {
  readonly n: number;
  readonly reply: Queue<number>;
}

export async function serve(requests: Queue<Request | undefined | "settle">): Promise<void> {
  for await (const request of requests) {
    if (request === undefined) return;
    if (request === "settle") await settle();
    else await request.reply.put(request.n);
  }
}

/** Gives queues away, and holds them until it is killed. */
export async function hoard(queues: Queue<Queue<number>>, count: number): Promise<void> {
  const held = Array.from({ length: count }, () => new context.Queue<number>());
  for (const queue of held) {
    await queue.put(1);
    await queues.put(queue);
  }
  await new Promise((resolve) => setTimeout(resolve, 1e6, held));
}

const each = 200;

/** What a round does, and what ends it all. */
interface Way {
  round(): Promise<void>;
  end(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

const ways: Record<string, () => Way> = {
  tasks: () => {
    const pool = new context.Pool(2);
    const round = async (): Promise<void> => {
      const items = Array.from(
        { length: each },
        () => [new context.Queue<number>(), new context.Value("i", 1), new context.Lock()] as const,
      );
      const got = await pool.starmap(put, items, { chunkSize: 3 });
      if (got.some((n) => n !== 2)) throw new Error(`wrong: ${got}`);
      for (const [queue] of items) if (await queue.get() !== 2) throw new Error("wrong item");
      await Promise.all([pool.apply(settle), pool.apply(settle)]);
    };
    return { round, end: () => pool.terminate() };
  },
  results: () => {
    const pool = new context.Pool(2);
    const round = async (): Promise<void> => {
      const made = await pool.map(make, Array.from({ length: each }, (_, i) => i));
      for (const [i, [queue, end]] of made.entries()) {
        if (await queue.get() !== i || await end.recv() !== i) throw new Error("wrong item");
      }
      await Promise.all([pool.apply(settle), pool.apply(settle)]);
    };
    return { round, end: () => pool.terminate() };
  },
  requests: () => {
    const requests = new context.Queue<Request | undefined | "settle">();
    const server = new Process({ target: serve, args: [requests] });
    server.start();
    const round = async (): Promise<void> => {
      for (let n = 0; n < each; n++) {
        const reply = new context.Queue<number>();
        await requests.put({ n, reply });
        if (await reply.get() !== n) throw new Error("wrong item");
      }
      await requests.put("settle");
    };
    const end = async (): Promise<void> => {
      await requests.put(undefined);
      await server.join();
    };
    return { round, end };
  },
  unread: () => {
    const round = async (): Promise<void> => {
      for (let n = 0; n < each; n++) {
        const outer = new context.Queue<Queue<number>>();
        const inner = new context.Queue<number>();
        await inner.put(n);
        await outer.put(inner);
      }
      await settle();
    };
    return { round, end: nothing };
  },
  manager: () => {
    const manager = new Manager();
    const list = manager.list<Queue<number>>();
    const round = async (): Promise<void> => {
      for (let n = 0; n < each; n++) {
        const queue = new context.Queue<number>();
        await queue.put(n);
        await list.append(queue);
      }
      for (let n = each; n-- > 0;) {
        if (await (await list.pop()).get() !== n) throw new Error("wrong item");
      }
    };
    return { round, end: () => manager.shutdown() };
  },
  killed: () => {
    const round = async (): Promise<void> => {
      const queues = new context.Queue<Queue<number>>();
      const child = new Process({ target: hoard, args: [queues, each] });
      child.start();
      for (let n = 0; n < each; n++) {
        if (await (await queues.get()).get() !== 1) throw new Error("wrong item");
      }
      child.kill();
      await child.join();
    };
    return { round, end: nothing };
  },
};

if (import.meta.main) {
  setStartMethod(method);
  const [rounds, more] = [3, 5];
  const way = ways[process.argv[3]!]!();
  for (let i = 0; i < rounds; i++) {
    await way.round();
    await settle();
  }
  const before = Number(arenaOf(method).longs[1]);
  for (let i = 0; i < more; i++) {
    await way.round();
    await settle();
  }
  const after = Number(arenaOf(method).longs[1]);
  await way.end();
  console.log((after - before) / (more * each));
}
