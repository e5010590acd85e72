import { inspect } from "node:util";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import * as multiprocessing from "../mod.ts";
import { ProcessPoolExecutor } from "../futures.ts";
import { noLeaks } from "./harness.ts";

const { Barrier, BoundedSemaphore, Condition, Event, JoinableQueue, Listener, Lock, Manager } =
  multiprocessing;
const { Pipe, Pool, Process, Queue, RawValue, RLock, Semaphore, SimpleQueue } = multiprocessing;
const { getContext, Value } = multiprocessing;

/** What `console.log` shows of it. */
function shown(value: unknown): string {
  const { Deno } = globalThis as { Deno?: { inspect(value: unknown): string } };
  const { Bun } = globalThis as { Bun?: { inspect(value: unknown): string } };
  const text = (Deno ?? Bun ?? { inspect }).inspect(value);
  assertEquals(inspect(value), text);
  return text;
}

class Job extends Process {}

describe("console.log()", () => {
  noLeaks();

  it("shows locks and the like in one line, with their state", async () => {
    const lock = new Lock();
    assertEquals(shown(lock), "<Lock owner=none>");
    await lock.acquire();
    assertEquals(shown(lock), "<Lock owner=this child>");
    lock.release();
    assertEquals(shown(new RLock()), "<RLock owner=none>");
    assertEquals(shown(new Condition(lock)), "<Condition owner=none>");
    assertEquals(shown(new Semaphore(3)), "<Semaphore value=3>");
    assertEquals(shown(new BoundedSemaphore(2)), "<BoundedSemaphore value=2>");
    assertEquals(shown(new Barrier(2)), "<Barrier parties=2 waiting=0 broken=false>");
    const event = new Event();
    assertEquals(shown(event), "<Event state=unset>");
    event.set();
    assertEquals(shown(event), "<Event state=set>");
    assertEquals(shown(new Value("i", 5)), "<Value value=5>");
    assertEquals(shown(new RawValue("q", 7n)), "<RawValue value=7>");
    lock[Symbol.dispose]();
    assertEquals(shown(lock), "<Lock state=disposed>");
  });

  it("shows queues and connections", async () => {
    for (
      const [name, queue] of Object.entries({
        Queue: new Queue(),
        JoinableQueue: new JoinableQueue(),
      })
    ) {
      await queue.put(1);
      assertEquals(shown(queue), `<${name} state=open size=1>`);
      assertEquals(await queue.get(), 1);
      queue.close();
      assertEquals(shown(queue), `<${name} state=closed size=0>`);
    }
    assertEquals(shown(new SimpleQueue()), "<SimpleQueue size=0>");
    const [a, b] = Pipe({ duplex: false });
    assertEquals(shown(a), "<Connection state=open readable=true writable=false>");
    a.close();
    b.close();
    assertEquals(shown(a), "<Connection state=closed>");
    const listener = new Listener();
    assertEquals(shown(listener), "<Listener state=open>");
    listener.close();
    assertEquals(shown(listener), "<Listener state=closed>");
  });

  it("shows processes, pools, managers and what they give", async () => {
    const process = new Process({ name: "P", target: () => {} });
    assertEquals(shown(process), '<Process name="P" state=initial>');
    process.start();
    assertEquals(shown(process), `<Process name="P" pid=${process.pid} state=started>`);
    await process.join();
    assertEquals(shown(process), `<Process name="P" pid=${process.pid} state=stopped exitCode=0>`);
    assertEquals(shown(process.sentinel), "<Sentinel ready=true>");
    assertEquals(
      shown(new Job({ name: "J", daemon: true })),
      '<Job name="J" state=initial daemon=true>',
    );
    const pool = new (getContext("worker").Pool)(1);
    assertEquals(shown(pool), "<Pool state=open processes=1>");
    const result = pool.applyAsync((x: number) => x, [1]);
    assertEquals(shown(result), "<AsyncResult state=pending>");
    await result;
    assertEquals(shown(result), "<AsyncResult state=fulfilled>");
    pool.close();
    assertEquals(shown(pool), "<Pool state=closed processes=1>");
    await pool.join();
    const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
    assertEquals(shown(executor), "<ProcessPoolExecutor state=open workers=1>");
    const future = executor.submit((x: number) => x, 1);
    await future.result();
    assertEquals(shown(future), "<Future state=finished>");
    await executor.shutdown();
    await using manager = new Manager();
    assertEquals(shown(manager), "<Manager state=initial>");
    assertEquals(shown(manager.dict()), "<Proxy type=dict>");
    assertEquals(shown(manager.Namespace()), "<Proxy type=Namespace>");
    assertEquals(shown(manager), "<Manager state=started>");
  });

  it("shows the prototype of each class without a failure", () => {
    for (const member of Object.values({ ...multiprocessing, Pool, ProcessPoolExecutor })) {
      if (typeof member !== "function" || member.prototype === undefined) continue;
      const isError = member.prototype instanceof Error;
      if (!isError) assert(typeof inspect(member.prototype) === "string");
    }
  });
});
