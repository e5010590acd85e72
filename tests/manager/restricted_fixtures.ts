/**
 * What a child of fewer permissions does to get more out of a manager's server, and what it may do
 * there.
 */

import process from "node:process";
import {
  type DictProxy,
  type ListProxy,
  type LockProxy,
  Manager,
  type PoolProxy,
  registerClass,
  task,
} from "../../mod.ts";
import type { RemoteTarget } from "../../src/manager/client/server_link.ts";
import { targetOf } from "../../src/manager/protocol/target.ts";
import type { SocketEndpoint } from "../../src/manager/protocol/route.ts";

/** In the server: whether code of the child was run there, or in a worker of a pool of it. */
export class Probe {
  escaped(): string[] {
    return Reflect.get(globalThis, "escaped") ?? [];
  }
}

/** An instance of a class that the server would have to import `url` for. */
function instanceOf(url: string): object {
  class Foreign {}
  registerClass({ url }, Foreign);
  return new Foreign();
}

/** What became of attempts that should all fail, by what each of them is rejected with. */
async function failures(...attempts: (() => unknown)[]): Promise<string[]> {
  const messages: string[] = [];
  for (const attempt of attempts) {
    try {
      messages.push(`succeeded: ${await attempt()}`);
    } catch (error) {
      messages.push(String(error));
    }
  }
  return messages;
}

export type Shared = DictProxy<string, unknown>;

/** Names modules to the server: in arguments, in keys, in a new object. */
export async function namesModules(dict: Shared, urls: readonly string[]): Promise<string[]> {
  return await failures(...urls.flatMap((url) => [
    () => dict.set("value", instanceOf(url)),
    () => dict.has({ deep: [instanceOf(url)] } as never),
    () => dict.update([["error", Object.assign(new Error("x"), { cause: instanceOf(url) })]]),
  ]));
}

/** Loaded in the server, as the class of its module is. */
export const runHere: (item: unknown) => number = task(import.meta, (item: unknown) => {
  Reflect.set(globalThis, "escaped", [`called with ${item}`]);
  return 0;
});

/** Has the server call a function that is loaded there. */
export const callsFunctions = (list: ListProxy<string>, dict: Shared): Promise<string[]> =>
  failures(
    () => list.sort({ key: runHere }),
    () => dict.set("f", runHere),
    () => dict.set("g", [{ deep: runHere }]),
  );

/** Connects once more, with the key that came with the proxy, and does the same. */
export async function connectsAgain(dict: Shared, url: string): Promise<string[]> {
  const { address, authKey } = socketOf(dict);
  await using manager = await Manager.connect(address, { authKey });
  const list = manager.list([1]);
  return [
    String(await list.copy()),
    ...await failures(() => list.append(instanceOf(url) as never), () => runs(manager.Pool(1))),
  ];
}

const socketOf = (dict: Shared): SocketEndpoint =>
  (targetOf(dict) as RemoteTarget).link.route.socket!;

/** What a child is told of a manager's key. */
export function keyOf(dict: Shared): unknown {
  return socketOf(dict).authKey;
}

const runs = (pool: PoolProxy): Promise<unknown> => pool.apply(() => process.pid);

/** Has a managed pool run a function, which would have the server's permissions. */
export const usesPool = (pool: PoolProxy): Promise<string[]> =>
  failures(() => runs(pool), () => pool.map((x: number) => x, [1]), () => pool.terminate());

/** Uses managed objects as it may, and gives a proxy of its own making. */
export async function works(dict: Shared, lock: LockProxy): Promise<ListProxy<number>> {
  using _ = await lock.hold();
  await dict.set("n", await dict.get("n") as number + 1);
  return await dict.get("list") as ListProxy<number>;
}
