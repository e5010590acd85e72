// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { lockWordOf } from "../../src/sync/acquirable.ts";
import { arrivalsAt, reservationAt, RESERVED } from "../../src/memory/lock_word.ts";
import type { Lock } from "../../src/sync/lock.ts";
import { forEachMethod } from "../harness.ts";
import { spinUntil, untilNone } from "../patience.ts";
import { type Other, withOthers } from "../others.ts";
import * as f from "../sync/fixtures.ts";

/** Runs an action with a clock of the system that somebody has put back by an hour. */
function withClockPutBack<T>(action: () => T): T {
  const { now } = Date;
  Date.now = () => now() - 3_600_000;
  try {
    return action();
  } finally {
    Date.now = now;
  }
}

forEachMethod("A lock's turn", (method) => {
  const { Lock, Semaphore } = getContext(method);
  const others = withOthers(method, 2);
  const [one] = others as [Other, Other];

  /** The words of a lock, and what waiter has the turn: its arrival. */
  const look = (lock: Lock) => {
    const { arena, word } = lockWordOf(lock).block;
    const turn = () => Atomics.load(arena.longs, (word + reservationAt) / 2);
    return {
      ...{ arena, word, turn },
      arrivals: () => Atomics.load(arena.words, word + arrivalsAt),
      turnOf: () => Number(turn() >> 32n),
    };
  };

  it("is not kept for long, though the system's clock steps back meanwhile", async () => {
    using lock = new Lock();
    const { arena, word, turn } = look(lock);
    // Another child has it, and does not come.
    using other = new Lock();
    await one.do(f.acquire, other);
    const owner = BigInt(look(other).arena.words[look(other).word]!);
    Atomics.store(arena.longs, (word + reservationAt) / 2, 1n << 32n | owner);
    Atomics.store(arena.words, word, RESERVED);
    assertEquals(lock.tryAcquire(), false);
    assert(withClockPutBack(() => spinUntil(() => lock.tryAcquire())), "it is kept for ever");
    assertEquals(turn(), 0n);
    lock.release();
    await one.do(f.release, other);
  });

  it("is that of who came first, also when the count of arrivals begins anew", async () => {
    for (const edge of [2 ** 31 - 1, -1]) {
      using lock = new Lock();
      using done = new Semaphore(0);
      const { arena, word, arrivals, turnOf } = look(lock);
      assert(lock.tryAcquire());
      Atomics.store(arena.words, word + arrivalsAt, edge);
      const waits: Promise<void>[] = [];
      for (const [i, each] of others.entries()) {
        waits.push(each.do(f.acquireAndTell, lock, done));
        const missing = () => arrivals() === (edge + i + 1 | 0) ? [] : ["its arrival"];
        assertEquals(await untilNone(missing, 20_000), []);
      }
      assertEquals(await untilNone(() => turnOf() === 0 ? ["the turn"] : [], 20_000), []);
      // Time for the second to want it, too: it does not get it.
      await untilNone(() => turnOf() === 2 ** 31 - 1 ? ["that of the first"] : [], 200);
      assertEquals(turnOf(), 2 ** 31 - 1);
      lock.release();
      await Promise.all(waits);
    }
  });
});
