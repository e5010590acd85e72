/** What the suites of handles run in children. */

import { type Connection, getContext, type Queue, type StartMethod } from "../../mod.ts";

/** What a child gives away: each was made there, and holds a message. */
export interface Gift {
  readonly queue: Queue<string>;
  readonly end: Connection;
}

/** Puts handles into a queue and ends. */
export async function give(method: StartMethod, gifts: Queue<Gift>): Promise<void> {
  const { Pipe, Queue } = getContext(method);
  const queue = new Queue<string>();
  const [mine, end] = Pipe();
  await queue.put("of the queue");
  await mine.send("of the pipe");
  await gifts.put({ queue, end });
}
