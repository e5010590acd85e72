/**
 * Makes handles of every kind, of both start methods by turns, sends them through pools, queues,
 * pipes and a manager, uses them there and drops them, while servers and workers are killed.
 * Nothing is disposed of, and nothing asks for garbage to be collected. Prints samples of what is
 * used, a line of JSON each.
 *
 * Its arguments: how many handles, for how many seconds at the most, a seed.
 */

import fs from "node:fs";
import process from "node:process";
import {
  type Connection,
  type Context,
  getContext,
  type Process,
  type Queue,
  type StartMethod,
} from "../../../mod.ts";
import { arenaOf } from "../../../src/memory/arena.ts";
import { Random } from "../random.ts";

/** Everything that can be sent and used. */
interface Handles {
  readonly queue: Queue<number>;
  readonly end: Connection;
  readonly rest: readonly unknown[];
}

const kinds = 12;

function makeHandles(context: Context): [Handles, Connection] {
  const [mine, theirs] = context.Pipe();
  const handles: Handles = {
    queue: new context.Queue<number>(),
    end: theirs,
    rest: [
      new context.Lock(),
      new context.RLock(),
      new context.Semaphore(2),
      new context.Event(),
      new context.Condition(),
      new context.Barrier(1),
      new context.Value("i", 1),
      new context.RawArray("d", 20),
      new context.JoinableQueue<number>(),
    ],
  };
  return [handles, mine];
}

/** Uses them: what comes back on both ways is the number. */
export async function use({ queue, end, rest }: Handles, n: number): Promise<number> {
  const [lock, , , event] = rest as [
    { hold(): Promise<Disposable> },
    unknown,
    unknown,
    { set(): void },
  ];
  using _ = await lock.hold();
  event.set();
  await queue.put(n);
  await end.send(n);
  return n;
}

export async function make(method: StartMethod, n: number): Promise<[Handles, Connection]> {
  const [handles, mine] = makeHandles(getContext(method));
  await use(handles, n);
  return [handles, mine];
}

interface Request {
  readonly n: number;
  readonly handles: Handles;
}

export async function serve(requests: Queue<Request>): Promise<void> {
  for await (const { n, handles } of requests) await use(handles, n);
}

export function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/**
 * How long one that was killed may be waited for, in milliseconds: then its answer is lost, as it
 * should be.
 */
const patience = 5_000;

async function check(handles: Handles, mine: Connection, n: number): Promise<void> {
  const got = [
    await handles.queue.get({ timeout: patience }),
    await mine.recv({ timeout: patience }),
  ];
  if (got.some((each) => each !== n)) throw new Error(`got ${got} and not ${n}`);
}

/** One start method's part of the work. */
class Side {
  readonly #method: StartMethod;
  readonly #context: Context;
  readonly #random: Random;
  readonly #pool;
  readonly #manager;
  readonly #list;
  #requests!: Queue<Request>;
  #server!: Process;
  made = 0;

  constructor(method: StartMethod, random: Random) {
    this.#method = method;
    this.#context = getContext(method);
    this.#random = random;
    this.#pool = new this.#context.Pool(2);
    this.#manager = new this.#context.Manager();
    this.#list = this.#manager.list<Handles>();
    this.#startServer();
  }

  #startServer(): void {
    this.#requests = new this.#context.Queue<Request>();
    this.#server = new this.#context.Process({
      target: serve,
      args: [this.#requests],
      daemon: true,
    });
    this.#server.start();
  }

  async round(): Promise<void> {
    const deeds = [this.#byTasks, this.#byResults, this.#byRequests, this.#unread, this.#managed];
    await this.#random.pick(deeds).call(this);
    if (this.#random.chance(0.005)) await this.#killServer();
  }

  #make(): [Handles, Connection] {
    this.made += kinds;
    return makeHandles(this.#context);
  }

  async #byTasks(): Promise<void> {
    const items = Array.from({ length: 20 }, () => this.#make());
    await this.#pool.starmap(use, items.map(([handles], n) => [handles, n] as const), {
      chunkSize: 4,
    });
    for (const [n, [handles, mine]] of items.entries()) await check(handles, mine, n);
  }

  async #byResults(): Promise<void> {
    const calls = Array.from({ length: 20 }, (_, n) => [this.#method, n] as const);
    const made = await this.#pool.starmap(make, calls);
    this.made += kinds * made.length;
    for (const [n, [handles, mine]] of made.entries()) await check(handles, mine, n);
  }

  async #byRequests(): Promise<void> {
    const sent: [Handles, Connection][] = [];
    for (let n = 0; n < 20; n++) {
      const [handles, mine] = this.#make();
      await this.#requests.put({ n, handles });
      sent.push([handles, mine]);
    }
    for (const [n, [handles, mine]] of sent.entries()) await check(handles, mine, n);
  }

  async #unread(): Promise<void> {
    const queue = new this.#context.Queue<Handles>();
    const [one, other] = this.#context.Pipe();
    this.made += 3;
    for (let n = 0; n < 5; n++) {
      const [handles] = this.#make();
      await handles.queue.put(n);
      await queue.put(handles);
      await one.send(handles);
    }
    if (queue.qsize() !== 5 || !(await other.poll())) throw new Error("not put");
  }

  async #managed(): Promise<void> {
    for (let n = 0; n < 10; n++) {
      const [handles, mine] = this.#make();
      await this.#list.append(handles);
      await use(await this.#list.pop(), n);
      await check(handles, mine, n);
    }
  }

  /** Kills the server in the middle of its requests, and a worker in a task. */
  async #killServer(): Promise<void> {
    for (let n = 0; n < 20; n++) await this.#requests.put({ n, handles: this.#make()[0] });
    this.#server.kill();
    await this.#server.join();
    this.#startServer();
    if (this.#method === "process") await this.#pool.apply(die).catch(() => {});
  }

  async end(): Promise<void> {
    await this.#pool.terminate();
    await this.#manager.shutdown();
    this.#server.kill();
    await this.#server.join();
  }
}

/** Of what is used, in MB where it is memory. */
function sample(handles: number, seconds: number): Record<string, number> {
  const used = (method: StartMethod): number => Number(arenaOf(method).longs[1]) / 1e6;
  return {
    seconds,
    handles,
    threadsMemory: used("worker"),
    processesMemory: used("process"),
    resident: process.memoryUsage.rss() / 1e6,
    descriptors: fs.readdirSync("/proc/self/fd").length,
  };
}

if (import.meta.main) {
  const [handles, seconds, seed] = process.argv.slice(2).map(Number) as [number, number, number];
  const random = new Random(seed);
  const sides = [new Side("worker", random), new Side("process", random)];
  const begun = performance.now();
  const passed = (): number => (performance.now() - begun) / 1000;
  const made = (): number => sides.reduce((sum, side) => sum + side.made, 0);
  let next = 0;
  while (made() < handles && passed() < seconds) {
    for (const side of sides) await side.round();
    if (passed() < next) continue;
    console.log(JSON.stringify(sample(made(), passed())));
    next = passed() + seconds / 200;
  }
  console.log(JSON.stringify(sample(made(), passed())));
  for (const side of sides) await side.end();
}
