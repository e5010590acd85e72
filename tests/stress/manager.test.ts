// @runs-on one: many rounds take long

/** Clients of a manager are killed at random, and waits are given up while others are granted. */

import process from "node:process";
import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { getContext, Manager, type Process } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, stress } from "../harness.ts";
import { hammer, places, type Shared } from "./manager_fixtures.ts";
import { Random } from "./random.ts";

const seed = Number(process.env["STRESS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const roundsToRun = Number(process.env["STRESS_ROUNDS"] ?? (stress ? 20 : 1));
/** How many clients work at a time, and how many in a round. */
const atOnce = stress ? 16 : 4;
const inAll = stress ? 100 : 8;
/** Only to fail with a name. Tickets of a client that was killed are good for half a minute. */
const longest = 60_000;
const authKey = "stress";

async function until(is: () => Promise<boolean>, what: () => string): Promise<void> {
  for (const end = performance.now() + longest; !await is();) {
    assert(performance.now() < end, what());
    await pause(5);
  }
}

forEachMethod(`Clients of a manager that are killed, STRESS_SEED=${seed}`, (method) => {
  const context = getContext(method);

  it("cost no update, no object and nobody else's wait", async () => {
    const random = new Random(seed);
    await using manager = new context.Manager({ address: "127.0.0.1:0", authKey });
    for (let round = 0; round < roundsToRun; round++) await hammerRound(manager, random);
  });

  async function hammerRound(manager: Manager, random: Random): Promise<void> {
    const own: Shared["own"][] = [];
    const address = await manager.address;
    const common = {
      address,
      authKey,
      guarded: manager.dict<string, number>(),
      lock: manager.Lock(),
      queue: manager.Queue<string>(),
      got: manager.list<string>(),
      put: manager.dict<number, number>(),
      semaphore: manager.BoundedSemaphore(places),
      inside: manager.list<number>(),
      nested: manager.dict<number, Shared["own"]>(),
      stop: manager.Event(),
      wrong: manager.list<string>(),
    };
    const start = (index: number): Process => {
      own.push(manager.dict());
      const shared = { ...common, own: own.at(-1)! };
      const child = new context.Process({ target: hammer, args: [shared, index, seed + index] });
      child.start();
      return child;
    };
    const alive = new Map<number, Process>();
    const killed = new Set<number>();
    await using pool = new context.Pool(2);
    own.push(manager.dict(), manager.dict());
    const inPool = [0, 1].map((index) =>
      pool.apply(hammer, [{ ...common, own: own[index]! }, index, seed + index])
    );
    for (let index = 2; index < inAll; index++) {
      alive.set(index, start(index));
      if (alive.size < atOnce) continue;
      await pause(random.int(0, stress ? 100 : 150));
      const victim = random.pick([...alive.keys()]);
      const child = alive.get(victim)!;
      if (random.chance(0.5)) child.kill();
      else child.terminate();
      alive.delete(victim);
      killed.add(victim);
      await child.join();
    }
    await until(
      async () => {
        const busy = new Set((await common.guarded.keys()).map((key) => key.replace("turns ", "")));
        return [...alive.keys(), 0, 1].every((index) => busy.has(`${index}`));
      },
      () => "all survivors have had the lock",
    );
    await common.stop.set();
    for (const child of alive.values()) {
      assert(await child.join({ timeout: longest }), "a survivor waits for something");
      assertEquals(child.exitCode, 0);
    }
    for (const count of await Promise.all(inPool)) assert(count > 0);
    await pool.terminate();
    await check(common, killed);
    for (const each of [...Object.values(common), ...own]) {
      if (typeof each !== "string") each[Symbol.dispose]();
    }
    let left = 0;
    await until(
      async () => (left = await manager.numberOfObjects()) === 0,
      () => `${left} objects are still referred to`,
    );
  }

  async function check(shared: Omit<Shared, "own">, killed: Set<number>): Promise<void> {
    assertEquals(await shared.wrong.copy(), []);
    const guarded = await shared.guarded.copy();
    const turns = [...guarded].filter(([key]) => key.startsWith("turns "));
    assertEquals(guarded.get("total"), turns.reduce((sum, [, count]) => sum + count, 0));
    // One that died is at most one wait's loss.
    const lost = places - await shared.semaphore.getValue();
    assert(lost >= 0 && lost <= killed.size, `${lost} places of the semaphore are lost`);
    await checkQueue(shared, killed);
    assertEquals(await shared.lock.acquire({ timeout: longest }), true);
    await shared.lock.release();
  }

  /** Each item was got once, or is still there, or one of those has it that were killed. */
  async function checkQueue(shared: Omit<Shared, "own">, killed: Set<number>): Promise<void> {
    const found = await shared.got.copy();
    for (let n = await shared.queue.qsize(); n > 0; n--) found.push(await shared.queue.getNoWait());
    const all = new Set(found);
    assertEquals(all.size, found.length, "an item was got twice");
    const missing: string[] = [];
    for (const [index, count] of await shared.put.copy()) {
      for (let i = 0; i < count; i++) {
        if (!all.has(`${index}:${i}`)) missing.push(`${index}:${i}`);
      }
    }
    assertLessOrEqual(missing.length, killed.size, `lost: ${missing}`);
  }
});

/** Ways to wait for something that is given to one at a time, and to give it. */
interface Scene {
  readonly wait: (options: { timeout?: number; signal?: AbortSignal }) => Promise<unknown>;
  readonly give: () => Promise<void>;
  /** Whether something is left that nobody has got. */
  readonly left: () => Promise<boolean>;
}

forEachMethod(`Waits at a manager that are given up, STRESS_SEED=${seed}`, (method) => {
  const context = getContext(method);
  const reason = new Error("expected: given up");

  async function scenes(here: Manager, there: Manager): Promise<Record<string, Scene>> {
    const shared = here.dict();
    const lock = here.Lock();
    const semaphore = here.Semaphore(0);
    const queue = here.Queue<number>();
    for (const [name, proxy] of Object.entries({ lock, semaphore, queue })) shared.set(name, proxy);
    // The same objects, by another conversation.
    const far = there.dict();
    await far.set("shared", shared);
    const proxies = await far.get("shared") as typeof shared;
    const farLock = await proxies.get("lock") as typeof lock;
    const farSemaphore = await proxies.get("semaphore") as typeof semaphore;
    const farQueue = await proxies.get("queue") as typeof queue;
    await lock.acquire();
    let item = 0;
    return {
      lock: {
        wait: (options) => lock.acquire(options),
        give: () => farLock.release(),
        left: () => lock.tryAcquire(),
      },
      semaphore: {
        wait: (options) => semaphore.acquire(options),
        give: () => farSemaphore.release(),
        left: () => semaphore.tryAcquire(),
      },
      queue: {
        wait: (options) =>
          queue.get(options).then((got) => got === item || `${got} and not ${item}`, (error) => {
            if (error.name === "Empty") return false;
            throw error;
          }),
        give: () => farQueue.put(++item),
        left: () => queue.getNoWait().then(() => true, () => false),
      },
    };
  }

  /**
   * Of those who wait, some give up while one is given what all wait for: one or none has it then.
   */
  async function giveUpRound(name: string, scene: Scene, random: Random): Promise<void> {
    const controllers = Array.from({ length: random.int(1, 4) }, () => new AbortController());
    const impatient = controllers.map(() => random.chance(0.7));
    const delay = random.int(0, 4);
    const waits = controllers.map((controller, i) =>
      scene.wait(
        impatient[i] && random.chance(0.3)
          ? { timeout: delay + random.int(0, 2) }
          : { signal: controller.signal },
      ).catch((error) => {
        if (error !== reason) throw error;
        return false;
      })
    );
    const abort = async (controller: AbortController) => {
      await pause(delay);
      for (let i = random.int(0, 3); i > 0; i--) await undefined;
      controller.abort(reason);
    };
    const aborts = controllers.flatMap((each, i) => impatient[i] ? [abort(each)] : []);
    await pause(delay);
    for (let i = random.int(0, 3); i > 0; i--) await undefined;
    await scene.give();
    await Promise.all(aborts);
    const settled = waits.filter((_, i) => impatient[i]);
    const winners = (await Promise.all(settled)).filter((outcome) => outcome !== false);
    const patient = waits.filter((_, i) => !impatient[i]);
    if (winners.length === 0 && patient.length > 0) winners.push(await Promise.race(patient));
    // Only now: nobody is to be woken by that.
    for (const controller of controllers) controller.abort(reason);
    const all = await Promise.all(waits);
    const got = all.filter((outcome) => outcome !== false);
    const left = await scene.left();
    assertEquals(got.length + Number(left), 1, `${name}: ${all}, left ${left}`);
    if (got.length === 1) assertEquals(got[0], true);
  }

  it("take nothing, and nobody's turn", async () => {
    const random = new Random(seed);
    await using manager = new context.Manager({ address: "127.0.0.1:0", authKey });
    const there = await Manager.connect(await manager.address, { authKey });
    for (const [name, scene] of Object.entries(await scenes(manager, there))) {
      for (let round = 0; round < 100 * roundsToRun; round++) {
        await giveUpRound(name, scene, random);
      }
    }
  });

  it("at a condition are notified or not: each notification wakes one", async () => {
    const random = new Random(seed);
    await using manager = new context.Manager({ address: "127.0.0.1:0", authKey });
    const condition = manager.Condition();
    for (let round = 0; round < 60 * roundsToRun; round++) {
      const controller = new AbortController();
      const wait = async (options: { signal?: AbortSignal }): Promise<boolean> => {
        using _ = await condition.hold();
        try {
          return await condition.wait(options);
        } catch (error) {
          if (error !== reason) throw error;
          return false;
        }
      };
      // In this order, as locks are given in it.
      const first = wait({ signal: controller.signal });
      const second = wait({});
      const notify = async (): Promise<void> => {
        using _ = await condition.hold();
        const abort = async () => {
          for (let i = random.int(0, 6); i > 0; i--) await undefined;
          controller.abort(reason);
        };
        await Promise.all(
          random.chance(0.5) ? [condition.notify(), abort()] : [abort(), condition.notify()],
        );
      };
      await notify();
      const isFirst = await first;
      if (isFirst) {
        using _ = await condition.hold();
        await condition.notify();
      }
      assertEquals(await second, true);
    }
  });
});
