/** What children do with proxies that come to them. */

import {
  type Connection,
  type DictProxy,
  getContext,
  type Queue,
  type StartMethod,
  task,
} from "../../mod.ts";

type Dict = DictProxy<unknown, unknown>;

/** Sets a key. */
export async function mark(dict: Dict, key: string): Promise<void> {
  await dict.set(key, true);
}
task(import.meta, mark);

/** Has a child of this child set a key. */
export async function markBelow(
  methods: readonly StartMethod[],
  dict: Dict,
  key: string,
): Promise<void> {
  const [method, ...below] = methods;
  const { Process } = getContext(method);
  const child = below.length === 0
    ? new Process({ target: mark, args: [dict, key] })
    : new Process({ target: markBelow, args: [below, dict, key] });
  child.start();
  await child.join();
}
task(import.meta, markBelow);

/** Puts a proxy into a queue, and ends. */
export async function putAndEnd(dict: Dict, queue: Queue<{ dict: Dict }>): Promise<void> {
  await queue.put({ dict });
}
task(import.meta, putAndEnd);

/** Takes a proxy out of a queue, and says how it ended to use it. */
export async function tell(queue: Queue<{ dict: Dict }>, end: Connection): Promise<void> {
  const { dict } = await queue.get();
  await end.send(await dict.size().then(String, (error) => (error as Error).name));
}
task(import.meta, tell);

/**
 * Takes a proxy, and once it is told so sends it on, without having asked it anything; how that
 * ends.
 */
export async function sendLater(end: Connection, queue: Queue<unknown>): Promise<void> {
  const dict = await end.recv();
  await end.send("here");
  await end.recv();
  const sent = queue.put({ dict });
  await end.send(await sent.then(() => "sent", (error) => (error as Error).message));
}
task(import.meta, sendLater);

let kept: Dict | undefined;

/** Keeps a proxy that it does not ask for anything. */
export function keep(dict: Dict): void {
  kept = dict;
}
task(import.meta, keep);

/** Asks the proxy that was kept. */
export async function askKept(): Promise<number> {
  return await kept!.size();
}
task(import.meta, askKept);

/** Reads one value, and ends with that. */
export async function readOne(dict: Dict, key: string): Promise<void> {
  await dict.get(key);
}
task(import.meta, readOne);

/** Sends a proxy back to where it came from. */
export async function sendBack(dict: Dict, end: Connection): Promise<void> {
  await end.send(dict);
}
task(import.meta, sendBack);
