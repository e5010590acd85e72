/** What holds for each thing that can be acquired: the tests of locks and semaphores share it. */

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { shown } from "../../src/arguments.ts";
import {
  type Acquirable,
  BoundedSemaphore,
  getContext,
  Semaphore,
  type StartMethod,
  TimeoutError,
} from "../../mod.ts";
import { dispose, pause } from "../fixtures.ts";
import * as f from "./fixtures.ts";
import { acquireHere, forms, type Other, timed, withOthers } from "../others.ts";

type Primitive = Acquirable & Disposable;

/** Longer than any wait takes that is not for ever; only to fail with a name. */
const long = 20_000;
/** Within what time something is to happen that needs no waiting. */
const soon = 10_000;
const reason = new Error("expected: aborted by the test");

/** What is no time. */
const wrongTimeouts: readonly unknown[] = [NaN, "5", null, 1n, {}];

/** Declares the tests; `make` gives something that is free, and that one child can hold. */
export function declareAcquirable(method: StartMethod, make: () => Primitive): void {
  const context = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  /** One that another child holds, until it is told to release it. */
  const held = async (): Promise<Primitive> => {
    const lock = make();
    assertEquals(await one.do(f.tryAcquire, lock), true);
    return lock;
  };
  /** Checks that it is free and that one can hold it. */
  const assertFree = async (lock: Primitive): Promise<void> => {
    assertEquals(await two.do(f.tryAcquire, lock), true);
    assertEquals(await one.do(f.tryAcquire, lock), false);
    await two.do(f.release, lock);
  };

  it("is taken by tryAcquire if it is free", async () => {
    using lock = make();
    assertEquals(lock.tryAcquire(), true);
    assertEquals(await one.do(f.tryAcquire, lock), false);
    lock.release();
    await assertFree(lock);
  });

  it("can be acquired and released by any child, again and again", async () => {
    using lock = make();
    for (let round = 0; round < 3; round++) {
      for (const form of forms) {
        assertEquals(await acquireHere(lock, form), true);
        assertEquals(await one.do(f.tryAcquire, lock), false);
        lock.release();
        assertEquals((await one.do(f.acquireTimed, lock, form)).acquired, true);
        assertEquals(lock.tryAcquire(), false);
        await one.do(f.release, lock);
      }
    }
    await assertFree(lock);
  });

  for (const form of forms) {
    it(`is waited for here until another child releases it (${form})`, async () => {
      using lock = await held();
      let released: Promise<void> | undefined;
      const took = await timed(async () => {
        released = one.do(f.releaseLater, lock, 80);
        await pause(20); // The task is sent in a later turn: a blocked thread would not.
        assertEquals(await acquireHere(lock, form, { timeout: long }), true);
      });
      assertGreaterOrEqual(took, 75);
      assertLess(took, soon);
      await released;
      assertEquals(await two.do(f.tryAcquire, lock), false);
      lock.release();
      await assertFree(lock);
    });

    it(`is waited for in another child until it is released here (${form})`, async () => {
      using lock = make();
      lock.tryAcquire();
      const waits = [one, two].map((other) => other.do(f.acquireTimed, lock, form));
      let early = 0;
      for (const wait of waits) void wait.then(() => early++, () => early++);
      await pause(60);
      assertEquals(early, 0);
      lock.release();
      const first = await Promise.race(waits.map((wait, i) => wait.then(() => i)));
      assertEquals(lock.tryAcquire(), false);
      await [one, two][first]!.do(f.release, lock);
      for (const wait of waits) {
        const { acquired, milliseconds } = await wait;
        assertEquals(acquired, true);
        assertLess(milliseconds, soon);
      }
      await [one, two][1 - first]!.do(f.release, lock);
      await assertFree(lock);
    });

    it(`is given up for at once without block, or at a timeout up to 0 (${form})`, async () => {
      using lock = await held();
      const options = [{ block: false }, { timeout: 0 }, { timeout: -1 }, { timeout: -Infinity }];
      for (const option of [...options, { block: false, timeout: long }]) {
        const took = await timed(async () => {
          assertEquals(await acquireHere(lock, form, option), false);
        });
        assertLess(took, soon);
      }
      await one.do(f.release, lock);
      for (const option of options) {
        assertEquals(await acquireHere(lock, form, option), true);
        lock.release();
      }
      await assertFree(lock);
    });

    it(`is given up for when the time is over, with nothing held (${form})`, async () => {
      using lock = await held();
      for (const timeout of [0.5, 5, 60]) {
        const took = await timed(async () => {
          assertEquals(await acquireHere(lock, form, { timeout }), false);
        });
        assertGreaterOrEqual(took, timeout - 0.1);
        assertLess(took, timeout + soon);
      }
      const there = await two.do(f.acquireTimed, lock, form, { timeout: 40 });
      assertEquals(there.acquired, false);
      assertGreaterOrEqual(there.milliseconds, 39.9);
      await one.do(f.release, lock);
      await assertFree(lock);
    });

    it(`can be waited for with an endless timeout (${form})`, async () => {
      using lock = await held();
      const released = one.do(f.releaseLater, lock, 50);
      await pause(20);
      assertEquals(await acquireHere(lock, form, { timeout: Infinity }), true);
      await released;
      lock.release();
      assertEquals(await acquireHere(lock, form, { timeout: 2 ** 40 }), true);
      lock.release();
      await assertFree(lock);
    });
  }

  it("refuses what is no timeout, also when it is free", async () => {
    using lock = make();
    for (const timeout of wrongTimeouts as number[]) {
      const message = `received ${shown(timeout)}`;
      await assertRejects(() => lock.acquire({ timeout }), TypeError, message);
      await assertRejects(() => lock.hold({ timeout }), TypeError, message);
      assertThrows(() => lock.acquireSync({ timeout }), TypeError, message);
      assertThrows(() => lock.holdSync({ timeout }), TypeError, message);
    }
    await assertFree(lock);
  });

  it("refuses what is no signal, also when it is free", async () => {
    using lock = make();
    for (const signal of [{}, "abort", 1, new AbortController()] as never[]) {
      const message = `signal must be an AbortSignal: received ${shown(signal)}`;
      await assertRejects(() => lock.acquire({ signal }), TypeError, message);
      await assertRejects(() => lock.hold({ signal }), TypeError, message);
    }
    await assertFree(lock);
  });

  it("lets the event loop go on, or not, while it is waited for", async () => {
    using lock = await held();
    let ticks = 0;
    const ticking = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      if (++ticks === 10) ticking.resolve();
    }, 1);
    assertEquals(lock.acquireSync({ timeout: 60 }), false);
    assertEquals(ticks, 0);
    const waiting = lock.acquire();
    await ticking.promise;
    clearInterval(timer);
    await one.do(f.release, lock);
    assertEquals(await waiting, true);
    lock.release();
  });

  it("is not acquired by who was aborted before", async () => {
    using lock = make();
    const signal = AbortSignal.abort(reason);
    for (const call of [() => lock.acquire({ signal }), () => lock.hold({ signal })]) {
      assertStrictEquals(await assertRejects(call), reason);
    }
    assertStrictEquals(await assertRejects(() => lock.acquire({ block: false, signal })), reason);
    await assertFree(lock);
  });

  it("is not acquired by who is aborted while it waits", async () => {
    using lock = await held();
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [lock.acquire({ signal }), lock.hold({ signal, timeout: long })];
    const outcomes = Promise.allSettled(waits);
    await pause(20);
    controller.abort(reason);
    for (const outcome of await outcomes) {
      assertEquals(outcome.status, "rejected");
      assertStrictEquals((outcome as PromiseRejectedResult).reason, reason);
    }
    assertEquals(await two.do(f.abortLater, lock, 20, "for a reason"), { reason: "for a reason" });
    await one.do(f.release, lock);
    await assertFree(lock);
  });

  it("rejects with what the platform's signals give", async () => {
    using lock = await held();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    const aborted = await assertRejects(() => lock.acquire({ signal: controller.signal }));
    assertInstanceOf(aborted, DOMException);
    assertEquals(aborted.name, "AbortError");
    const late = await assertRejects(() => lock.hold({ signal: AbortSignal.timeout(10) }));
    assertInstanceOf(late, DOMException);
    assertEquals(late.name, "TimeoutError");
    await one.do(f.release, lock);
    await assertFree(lock);
  });

  it("does not mind an abort that comes too late", async () => {
    using lock = make();
    const controller = new AbortController();
    assertEquals(await lock.acquire({ signal: controller.signal }), true);
    controller.abort(reason);
    await pause(5);
    assertEquals(await one.do(f.tryAcquire, lock), false);
    lock.release();
    await assertFree(lock);
  });

  it("is held to the end of a block", async () => {
    using lock = make();
    {
      using _ = await lock.hold();
      assertEquals(await one.do(f.tryAcquire, lock), false);
    }
    await assertFree(lock);
    {
      using _ = lock.holdSync();
      assertEquals(await one.do(f.tryAcquire, lock), false);
    }
    await assertFree(lock);
  });

  it("is released once by a hold that is disposed twice", async () => {
    using lock = make();
    const hold = await lock.hold();
    hold[Symbol.dispose]();
    assertEquals(await one.do(f.tryAcquire, lock), true);
    hold[Symbol.dispose]();
    assertEquals(await two.do(f.tryAcquire, lock), false);
    await one.do(f.release, lock);
  });

  it("gives a TimeoutError to who could not hold it in time", async () => {
    using lock = await held();
    for (const timeout of [0, 20]) {
      await assertRejects(() => lock.hold({ timeout }), TimeoutError, `${timeout} ms`);
      assertThrows(() => lock.holdSync({ timeout }), TimeoutError, `${timeout} ms`);
    }
    await one.do(f.release, lock);
    await assertFree(lock);
  });

  it("comes to those who wait in one child, in the order of their coming", async () => {
    using lock = await held();
    const order: number[] = [];
    const waits = [0, 1, 2, 3, 4].map(async (i) => {
      await lock.acquire();
      order.push(i);
      // Not within one stroke: a recursive lock is every task's of this child while one has it.
      await pause(2);
      lock.release();
    });
    await one.do(f.release, lock);
    await Promise.all(waits);
    assertEquals(order, [0, 1, 2, 3, 4]);
    await assertFree(lock);
  });

  for (const given of ["first", "middle", "last"] as const) {
    it(`comes to the others when the ${given} of several waiters gives up`, async () => {
      using lock = await held();
      const index = { first: 0, middle: 2, last: 4 }[given];
      const controller = new AbortController();
      const got: number[] = [];
      const waits = [0, 1, 2, 3, 4].map(async (i) => {
        await lock.acquire(i === index ? { signal: controller.signal } : { timeout: long });
        got.push(i);
        await pause(1);
        lock.release();
      });
      const outcomes = Promise.allSettled(waits);
      await pause(10);
      controller.abort(reason);
      await pause(10);
      await one.do(f.release, lock);
      const statuses = (await outcomes).map(({ status }) => status);
      assertEquals(statuses.indexOf("rejected"), index);
      assertEquals(statuses.lastIndexOf("rejected"), index);
      assertEquals(got, [0, 1, 2, 3, 4].filter((i) => i !== index));
      await assertFree(lock);
    });
  }

  it("cannot be released while nobody holds it", async () => {
    using lock = make();
    if (isUnbounded(lock)) return lock.release();
    const error = assertThrows(() => lock.release());
    assertStrictEquals(error instanceof Error && error.constructor, Error);
    await assertRejects(() => one.do(f.release, lock), Error, "Cannot release");
    await assertFree(lock);
  });

  it("is of no use once it is disposed, in any child", async () => {
    const lock = make();
    const [there] = await one.do(f.keep, [lock]);
    lock[Symbol.dispose]();
    lock[Symbol.dispose]();
    const calls = [
      () => lock.tryAcquire(),
      () => lock.acquireSync(),
      () => lock.acquireSync({ timeout: 0 }),
      () => lock.holdSync(),
      () => lock.release(),
    ];
    for (const call of calls) assertThrows(call, Error, "disposed");
    await assertRejects(() => lock.acquire(), Error, "disposed");
    await assertRejects(() => lock.acquire({ block: false }), Error, "disposed");
    await assertRejects(() => lock.hold(), Error, "disposed");
    await assertRejects(() => one.do(f.acquireKept, there!), Error, "disposed");
  });

  it("tells who waits, here and in other children, that it is disposed", async () => {
    for (const form of forms) {
      const lock = await held();
      using here = new context.Semaphore(0);
      const waits = [
        two.do(f.acquireTelling, lock, form, here),
        lock.acquire(),
        lock.acquire({ timeout: long }),
        lock.hold(),
      ];
      const outcomes = Promise.allSettled(waits);
      assert(await here.acquire({ timeout: long }));
      await pause(20);
      const took = await timed(async () => {
        lock[Symbol.dispose]();
        for (const outcome of await outcomes) {
          assertEquals(outcome.status, "rejected");
          const error = (outcome as PromiseRejectedResult).reason;
          assertInstanceOf(error, Error);
          assert(error.message.includes("disposed"), error.message);
        }
      });
      assertLess(took, soon);
    }
  });

  it("can be disposed by another child, and its memory used again", async () => {
    const lock = make();
    await one.do(dispose, lock);
    assertThrows(() => lock.tryAcquire(), Error, "disposed");
    // The next one takes the place of the last: the old handle must not know it.
    const others = Array.from({ length: 20 }, make);
    assertThrows(() => lock.tryAcquire(), Error, "disposed");
    assertThrows(() => lock.release(), Error, "disposed");
    lock[Symbol.dispose]();
    for (const other of others) {
      assertEquals(other.tryAcquire(), true);
      other[Symbol.dispose]();
    }
    using next = make();
    assertEquals(next.tryAcquire(), true);
    next.release();
    await assertFree(next);
  });

  it("leaves the memory alone that somebody else was given after it", async () => {
    const lock = await held();
    const outcome = Promise.allSettled([lock.acquire()]);
    await pause(20);
    lock[Symbol.dispose]();
    using next = make();
    assertEquals(next.tryAcquire(), true);
    await outcome;
    assertEquals(await one.do(f.tryAcquire, next), false);
    next.release();
    await assertFree(next);
  });
}

/** Whether it may be released without having been acquired: its own suite tells what then holds. */
const isUnbounded = (lock: Primitive): boolean =>
  lock instanceof Semaphore && !(lock instanceof BoundedSemaphore);
