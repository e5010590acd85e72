/** Uses more memory than /dev/shm has: what its argument names is told by lines. */

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import {
  type Connection,
  getContext,
  type Queue,
  setStartMethod,
  task,
  type Value,
} from "../../../mod.ts";
import { createScratch } from "../../../src/runtime/scratch.ts";
import { passByFile } from "../../../src/runtime/memory_file.ts";

setStartMethod("process");
const { Lock, Pipe, Pool, Process, Queue: NewQueue, SharedArray, SharedMemory, Value: NewValue } =
  getContext("process");

const MB = 1_000_000;

/** What an action comes to; numbers of bytes that differ from run to run are left out. */
function outcome(action: () => unknown): string {
  try {
    action();
    return "done";
  } catch (error) {
    return told(error);
  }
}

const told = (error: unknown): string =>
  `${(error as Error).name}: ${(error as Error).message.replace(/\d{4,}/g, "#")}`;

const lengthOf = task(import.meta, (bytes: Uint8Array, value: Value<"d">) => {
  value.value = bytes.length;
});

const take = task(
  import.meta,
  async (from: Queue<Uint8Array>, to: Queue<number>, count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (await from.get()).length;
    await to.put(sum);
  },
);

const putForEver = task(import.meta, async (queue: Queue<Uint8Array>, blocks: boolean) => {
  for (;;) {
    if (blocks) queue.putSync(new Uint8Array(MB));
    else await queue.put(new Uint8Array(MB));
  }
});

const send = task(import.meta, async (to: Connection) => {
  await to.send(new Uint8Array(3 * MB));
  to.sendSync(new Uint8Array(3 * MB));
});

export function square(x: number): number {
  return x * x;
}

export function leave(): void {
  process.exit(3);
}

/** What the system says is taken of /dev/shm, in bytes. */
function taken(): number {
  const { blocks, bfree, bsize } = fs.statfsSync("/dev/shm");
  return (blocks - bfree) * bsize;
}

/** From here on /dev/shm has so many megabytes, of which some may be taken. */
function shrink(size: string): void {
  execFileSync("mount", ["-o", `remount,size=${size}`, "/dev/shm"]);
}

/** Fills /dev/shm to the last page. */
function fillFolder(): () => void {
  const file = "/dev/shm/filling";
  const fd = fs.openSync(file, "w");
  for (const piece = new Uint8Array(4096); fs.statfsSync("/dev/shm").bavail > 0;) {
    fs.writeSync(fd, piece);
  }
  fs.closeSync(fd);
  return () => fs.rmSync(file);
}

/** Puts until there is no room. */
function fill(queue: Queue<Uint8Array>): [count: number, why: string] {
  for (let count = 0;; count++) {
    const why = outcome(() => queue.putNoWait(new Uint8Array(MB)));
    if (why !== "done") return [count, why];
  }
}

const descriptors = (): number => fs.readdirSync("/proc/self/fd").length;

async function takeAll(queue: Queue<Uint8Array>, count: number): Promise<number> {
  const sums = new NewQueue<number>();
  const taker = new Process({ target: take, args: [queue, sums, count] });
  taker.start();
  const sum = await sums.get();
  await taker.join();
  return sum;
}

/** Rooms of the memory, and what each lacks: from here on it is as full as it can be. */
async function whenFull(): Promise<void> {
  const queue = new NewQueue<Uint8Array>();
  const value = new NewValue("d", 1);
  const lock = new Lock();
  shrink("12m");
  const [count, why] = fill(queue);
  console.log(count > 5, queue.qsize() === count, why);
  const late = queue.put(new Uint8Array(MB), { timeout: 20 });
  console.log(await late.catch(told));
  console.log(outcome(() => queue.putSync(new Uint8Array(MB), { timeout: 20 })));
  const controller = new AbortController();
  const aborted = queue.put(new Uint8Array(MB), { signal: controller.signal }).catch(told);
  controller.abort(new Error("enough"));
  console.log(await aborted);
  console.log(outcome(() => new SharedArray("d", MB)));
  console.log(outcome(() => new SharedMemory({ create: true, size: 20 * MB, name: "large" })));
  console.log(fs.readdirSync("/dev/shm").join());
  value.value++;
  console.log(value.value, lock.tryAcquire(), queue.qsize() === count);
  lock.release();
  // What waits goes on as soon as another child takes something.
  const waiting = Array.from({ length: 2 * count }, () => queue.put(new Uint8Array(MB)));
  console.log(
    await takeAll(queue, 3 * count) === 3 * count * MB,
    (await Promise.all(waiting)).length === 2 * count,
  );
  console.log(outcome(() => new SharedArray("d", MB / 10)), queue.empty());
}

async function sending(): Promise<void> {
  const queue = new NewQueue<Uint8Array>();
  const [mine, theirs] = Pipe();
  const sender = new Process({ target: send, args: [theirs] });
  shrink("12m");
  const [count] = fill(queue);
  sender.start();
  theirs.close();
  const isThere = await mine.poll({ timeout: 200 });
  while (!queue.empty()) queue.getNoWait();
  const lengths = [await mine.recv(), await mine.recv()] as Uint8Array[];
  await sender.join();
  console.log(count > 5, isThere, ...lengths.map(({ length }) => length), sender.exitCode);
}

/** Kills who waits for room, and who has just got some, again and again. */
async function killing(): Promise<void> {
  const queue = new NewQueue<Uint8Array>();
  shrink("12m");
  const [most] = fill(queue);
  for (let round = 0; round < 6; round++) {
    const putter = new Process({ target: putForEver, args: [queue, round % 2 === 0] });
    putter.start();
    // Before it puts, while it does, and while it waits.
    for (let i = 0; i < most * round; i++) if ((await queue.get()).length !== MB) throw new Error();
    putter.kill();
    await putter.join();
  }
  while (!queue.empty()) queue.getNoWait();
  // At most a block that was taken and not put yet is lost each time.
  const [again] = fill(queue);
  console.log(again > 0, again >= most - 6, await takeAll(queue, again) === again * MB);
}

async function argument(): Promise<void> {
  const before = descriptors();
  const value = new NewValue("d");
  const taker = new Process({ target: lengthOf, args: [new Uint8Array(100 * MB), value] });
  taker.start();
  await taker.join();
  console.log(taker.exitCode, value.value, outcome(() => new NewValue("d", 1)));
  console.log(passByFile(new Uint8Array(100 * MB)) === undefined, descriptors() - before < 5);
}

async function pool(): Promise<void> {
  const empty = fillFolder();
  const scratch = createScratch("process", 65536, true);
  console.log(scratch !== undefined, scratch?.read(0, 65536).length);
  scratch?.close();
  await using workers = new Pool(2);
  const inputs = Array.from({ length: 1000 }, (_, i) => i);
  console.log((await workers.map(square, inputs)).length);
  const lost = await workers.apply(leave).catch((error: Error) => error.name);
  console.log(lost);
  console.log(await workers.apply(square, [3]));
  console.log(outcome(() => new SharedMemory({ create: true, size: MB, name: "none" })));
  empty();
  console.log(outcome(() => new SharedMemory({ create: true, size: MB, name: "some" }).unlink()));
}

async function queueing(): Promise<void> {
  const queue = new NewQueue<Uint8Array>();
  for (let i = 0; i < 200; i++) await queue.put(new Uint8Array(MB));
  console.log(queue.qsize(), taken() < 4 * MB);
  console.log(await takeAll(queue, 200));
}

if (import.meta.main) {
  const cases = { whenFull, sending, killing, argument, pool, queueing };
  await cases[process.argv[2] as keyof typeof cases]();
}
