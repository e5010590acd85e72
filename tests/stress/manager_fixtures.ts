/** What clients do to managed objects until they are told to stop, or are killed. */

import {
  type DictProxy,
  type EventProxy,
  type ListProxy,
  type LockProxy,
  Manager,
  type QueueProxy,
  type SemaphoreProxy,
  task,
} from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { Random } from "./random.ts";

/** The objects that all clients share. */
export interface Shared {
  readonly address: string;
  readonly authKey: string;
  /** Guarded by `lock`: `total`, who is inside, and how often each client was. */
  readonly guarded: DictProxy<string, number>;
  readonly lock: LockProxy;
  readonly queue: QueueProxy<string>;
  readonly got: ListProxy<string>;
  /** How much each client has put. */
  readonly put: DictProxy<number, number>;
  readonly semaphore: SemaphoreProxy;
  readonly inside: ListProxy<number>;
  /** Proxies, one of each client. */
  readonly nested: DictProxy<number, DictProxy<string, number>>;
  readonly own: DictProxy<string, number>;
  readonly stop: EventProxy;
  /** What went wrong. */
  readonly wrong: ListProxy<string>;
}

/** How many may be inside the semaphore. */
export const places = 3;

/** A client at work. */
class Client {
  readonly #shared: Shared;
  readonly #index: number;
  readonly #random: Random;
  #puts = 0;
  #turns = 0;

  constructor(shared: Shared, index: number, seed: number) {
    this.#shared = shared;
    this.#index = index;
    this.#random = new Random(seed);
  }

  async run(): Promise<number> {
    const { nested, own, stop } = this.#shared;
    await nested.set(this.#index, own);
    const actions = [
      ...[() => this.#count(), () => this.#count(), () => this.#put(), () => this.#get()],
      ...[() => this.#enter(), () => this.#visit(), () => this.#giveUp(), () => this.#connect()],
    ];
    let done = 0;
    for (; !await stop.isSet(); done++) {
      const chosen = [this.#random.pick(actions), this.#random.pick(actions)];
      // What takes the lock twice at a time in one client is not to be told from a reentrant lock.
      await Promise.all(chosen[0] === chosen[1] ? [chosen[0]!()] : chosen.map((act) => act()));
    }
    return done;
  }

  /** Counts under the lock, with others inside never. */
  async #count(): Promise<void> {
    const { lock, guarded } = this.#shared;
    using _ = await lock.hold();
    await this.#countInside(guarded);
  }

  async #countInside(guarded: DictProxy<string, number>): Promise<void> {
    const mark = this.#random.int(1, 2 ** 31);
    await guarded.set("inside", mark);
    const total = await guarded.get("total") ?? 0;
    if (this.#random.chance(0.2)) await pause(this.#random.int(0, 2));
    if (await guarded.get("inside") !== mark) await this.#complain("two were inside the lock");
    // One request: a client that is killed has counted in both or in neither.
    await guarded.update({ total: total + 1, [`turns ${this.#index}`]: ++this.#turns });
  }

  /** Waits for the lock, but not for long. */
  async #giveUp(): Promise<void> {
    const { lock, guarded } = this.#shared;
    const reason = new Error("expected: given up");
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(reason), this.#random.int(0, 3));
    const options = this.#random.chance(0.5)
      ? { signal: controller.signal }
      : { timeout: this.#random.int(0, 3) };
    try {
      if (!await lock.acquire(options)) return;
    } catch (error) {
      if (error !== reason) throw error;
      return;
    } finally {
      clearTimeout(timer);
    }
    try {
      await this.#countInside(guarded);
    } finally {
      await lock.release();
    }
  }

  async #put(): Promise<void> {
    const { queue, put } = this.#shared;
    const count = this.#random.int(1, 3);
    const items = Array.from({ length: count }, () => `${this.#index}:${this.#puts++}`);
    const all = items.map((item) => queue.put(item));
    // Behind them, in order: what is counted here was put.
    await put.set(this.#index, this.#puts);
    await Promise.all(all);
  }

  async #get(): Promise<void> {
    const { queue, got } = this.#shared;
    try {
      await got.append(await queue.get({ timeout: this.#random.int(0, 20) }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "Empty") throw error;
    }
  }

  async #enter(): Promise<void> {
    const { semaphore, inside } = this.#shared;
    if (!await semaphore.acquire({ timeout: this.#random.int(0, 20) })) return;
    await inside.append(this.#index);
    const count = await inside.length();
    if (count > places) await this.#complain(`${count} were inside the semaphore`);
    await inside.remove(this.#index);
    await semaphore.release();
  }

  /** Uses objects of others that are nested in an object. */
  async #visit(): Promise<void> {
    const { nested } = this.#shared;
    const other = this.#random.pick(await nested.keys());
    const found = await nested.get(other);
    if (found === undefined) return;
    await found.set(`from ${this.#index}`, this.#turns);
    if (await found.get(`from ${this.#index}`) !== this.#turns) {
      await this.#complain("a write was not read");
    }
    await nested.set(this.#index, this.#random.chance(0.5) ? this.#shared.own : found);
  }

  /** Makes objects of its own, by a conversation of its own. */
  async #connect(): Promise<void> {
    if (this.#random.chance(0.8)) return;
    const { address, authKey } = this.#shared;
    const manager = await Manager.connect(address, { authKey });
    const list = manager.list([1, 2, this.#index]);
    const outer = manager.dict([["list", list]]);
    const found = await outer.get("list") as ListProxy<number>;
    if (await found.get(-1) !== this.#index) await this.#complain("a nested list is another's");
  }

  async #complain(what: string): Promise<void> {
    await this.#shared.wrong.append(`client ${this.#index}: ${what}`);
  }
}

/** Works until it is told to stop, or is killed. Gives how often it has done something. */
export async function hammer(shared: Shared, index: number, seed: number): Promise<number> {
  return await new Client(shared, index, seed).run();
}
task(import.meta, hammer);
