/** Every managed type, each used from a child; and a type that a managed `Array` refuses. */

import {
  type ConditionProxy,
  type DictProxy,
  type EventProxy,
  type LockProxy,
  Manager,
  type NamespaceProxy,
  Process,
  type QueueProxy,
  type RLockProxy,
  type SemaphoreProxy,
} from "@nproc/multiprocessing";
import { print, setUp } from "../_lib.ts";

export async function useDict(dict: DictProxy<string, number>): Promise<void> {
  await dict.set("Id", 12345);
}

export async function useQueue(queue: QueueProxy<string>): Promise<void> {
  await queue.put("zty");
}

export async function useLock(lock: LockProxy): Promise<void> {
  using _ = await lock.hold();
}

export async function useRLock(rlock: RLockProxy): Promise<void> {
  using _outer = await rlock.hold();
  using _inner = await rlock.hold();
}

export async function useCondition(cond: ConditionProxy): Promise<void> {
  using _ = await cond.hold();
  await cond.notifyAll();
}

export async function useSemaphore(semaphore: SemaphoreProxy): Promise<void> {
  await semaphore.acquire();
}

export async function useEvent(event: EventProxy): Promise<void> {
  await event.set();
}

export function useNamespace(namespace: NamespaceProxy): void {
  namespace["name"] = "zty";
}

async function inChild(target: (proxy: never) => unknown, proxy: unknown): Promise<void> {
  const process = new Process({ target, args: [proxy] });
  process.start();
  await process.join();
  if (process.exitCode !== 0) throw new Error(`${target.name} failed`);
}

if (import.meta.main) {
  setUp();
  await using manager = new Manager();

  const dict = manager.dict<string, number>(); // 字典对象
  await inChild(useDict, dict);
  print(`dict: ${await dict.get("Id")}`);

  const queue = manager.Queue<string>(); // 队列
  await inChild(useQueue, queue);
  print(`Queue: ${await queue.get()}`);

  const lock = manager.Lock(); // 普通锁
  await inChild(useLock, lock);
  print(`Lock: ${await lock.tryAcquire()}`);

  const rlock = manager.RLock(); // 可冲入锁
  await inChild(useRLock, rlock);
  print(`RLock: ${await rlock.tryAcquire()}`);

  const cond = manager.Condition(); // 条件锁
  {
    using _ = await cond.hold();
    const notified = cond.wait();
    await inChild(useCondition, cond);
    print(`Condition: ${await notified}`);
  }

  const semaphore = manager.Semaphore(2); // 信号锁
  await inChild(useSemaphore, semaphore);
  print(`Semaphore: ${await semaphore.getValue()}`);

  const event = manager.Event(); // 事件锁
  await inChild(useEvent, event);
  print(`Event: ${await event.isSet()}`);

  const namespace = manager.Namespace(); // 命名空间
  await inChild(useNamespace, namespace);
  print(`Namespace: ${await namespace["name"]}`);

  print(`Array: ${await manager.Array("i", [1, 2, 3]).length()}`);
  try {
    // A "c" is what only shared arrays know.
    manager.Array("c", []);
  } catch (error) {
    print(`${(error as Error).name}: ${(error as Error).message}`);
  }
}
