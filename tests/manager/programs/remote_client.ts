/**
 * Receives proxies of a manager, holds the lock, waits for an item, sends without end, and is
 * killed.
 */

import process from "node:process";
import { connect, type DictProxy, type LockProxy, Manager, type QueueProxy } from "../../../mod.ts";

/** What it is given. */
export interface Given {
  lock: LockProxy;
  queue: QueueProxy;
  dict: DictProxy;
}

if (import.meta.main) {
  const [, , address, authKey, meeting] = process.argv;
  await Manager.connect(address!, { authKey });
  const end = await connect(meeting!);
  const { lock, queue, dict } = await end.recv() as Given;
  await lock.acquire();
  const waits = queue.get();
  await dict.size();
  console.log("ready");
  const large = new Uint8Array(20_000_000);
  for (;;) await Promise.race([dict.set("large", large), waits]);
}
