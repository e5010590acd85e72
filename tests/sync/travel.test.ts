// @runs-on one: it takes long

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  BoundedSemaphore,
  type Context,
  getContext,
  type Lock as AnyLock,
  type StartMethod,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";

type Kind = "Lock" | "RLock" | "Semaphore" | "BoundedSemaphore" | "Event" | "Condition" | "Barrier";

/** How each primitive is made, and how a child sees whether somebody has changed its state. */
const kinds: Record<Kind, (context: Context) => Disposable> = {
  Lock: ({ Lock }) => new Lock(),
  RLock: ({ RLock }) => new RLock(),
  Semaphore: ({ Semaphore }) => new Semaphore(1),
  BoundedSemaphore: ({ BoundedSemaphore }) => new BoundedSemaphore(1),
  Event: ({ Event }) => new Event(),
  Condition: ({ Condition }) => new Condition(),
  Barrier: ({ Barrier }) => new Barrier(2),
};
const names = Object.keys(kinds) as Kind[];
const acquirable = names.filter((name) => name !== "Event" && name !== "Barrier");

const other = (method: StartMethod): StartMethod => method === "worker" ? "process" : "worker";

/** Checks that two handles are the same thing, as children see it. */
async function assertSame(a: object, b: object, child: Other): Promise<void> {
  assertFalse(await child.do(f.changed, a));
  assertFalse(await child.do(f.changed, b));
  await child.do(f.change, a);
  assert(f.changed(b));
  await child.do(f.undo, b);
  assertFalse(f.changed(a));
}

forEachMethod("A primitive", (method) => {
  const context = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  for (const name of names) {
    it(`keeps its class on its way: ${name}`, async () => {
      using primitive = kinds[name](context);
      assertEquals(await one.do(f.kindOf, primitive), name);
    });

    it(`that comes back is the same one: ${name}`, async () => {
      using primitive = kinds[name](context);
      const back = await one.do(f.echo<object>, primitive);
      await assertSame(primitive, back, two);
      const again = await two.do(f.echo<object>, back);
      await assertSame(primitive, again, one);
    });

    it(`that is in a message twice is one object: ${name}`, async () => {
      using primitive = kinds[name](context);
      using another = kinds[name](context);
      assert(await one.do(f.areSame, [primitive, primitive, primitive]));
      assertFalse(await one.do(f.areSame, [primitive, another]));
      const [a, b] = await one.do(f.echo<object[]>, [primitive, primitive]);
      assert(a === b);
    });

    it(`made for the other start method is refused: ${name}`, async () => {
      const theirs = getContext(other(method));
      using primitive = kinds[name](theirs);
      const remedy = `getContext("${method}").${name}`;
      const deep = { options: { locks: [primitive] } };
      await assertRefused(
        () => one.do(f.echo<unknown>, deep),
        "args[0].options.locks[0]",
        name,
        `"${other(method)}"`,
        remedy,
      );
      await assertRefused(() => one.do(f.echo<unknown>, new Map([["a", primitive]])), 'get("a")');
      await assertRefused(
        () => {
          const child = new context.Process({ target: f.echo, args: [1, primitive] as never });
          child.start();
        },
        "args[1]",
        remedy,
      );
      // Nothing else is disturbed.
      using ours = kinds[name](context);
      assertEquals(await one.do(f.kindOf, ours), name);
    });

    it(`of the other start method is refused as a result: ${name}`, async () => {
      await assertRefused(() => one.do(f.makeIn, other(method), name), "result", name);
    });

    it(`that is disposed is refused: ${name}`, async () => {
      const primitive = kinds[name](context);
      primitive[Symbol.dispose]();
      await assertRefused(
        () => one.do(f.echo<unknown>, [{ primitive }]),
        "args[0][0].primitive",
        `${name} that is disposed`,
      );
    });

    it(`that was made by a child is the same for its parent and others: ${name}`, async () => {
      const primitive = await one.do(f.makeIn, method, name) as Disposable;
      assertEquals(primitive.constructor.name, name);
      await assertSame(primitive, await two.do(f.echo<object>, primitive), one);
      primitive[Symbol.dispose]();
      await assertRejects(() => one.do(f.echo<object>, primitive));
    });
  }

  it("travels wherever a value can be", async () => {
    const lock = new context.Lock();
    const error: f.Nest["error"] = new RangeError("expected", { cause: { lock } });
    error.lock = lock;
    const nest: f.Nest = {
      map: new Map([["a", { list: [lock] }]]),
      keys: new Map([[lock, 1]]),
      set: new Set([lock]),
      error,
    };
    await lock.acquire();
    const back = await one.do(f.echo<f.Nest>, nest);
    const locks = f.locksOf(back);
    for (const each of locks) assert(each === locks[0]);
    assertEquals(await two.do(f.releaseNest, back), [true, true, true, true, true]);
    assertEquals(lock.tryAcquire(), true);
    lock[Symbol.dispose]();
    await assertRefused(() => one.do(f.echo<unknown>, new Set([lock])), "disposed");
    // Of an error, what cannot travel is left out, and the error arrives.
    const without = await one.do(f.echo<f.Nest["error"]>, error);
    assertInstanceOf(without, RangeError);
    assertEquals([without.message, "lock" in without], ["expected", false]);
  });

  it("travels with an error that a task throws", async () => {
    using lock = new context.Lock();
    await lock.acquire();
    const error = await assertRejects(() => one.do(f.throwWith, lock)) as Error & { lock: AnyLock };
    assertEquals(error.lock.tryAcquire(), false);
    error.lock.release();
    assertEquals(lock.tryAcquire(), true);
  });

  it("keeps what it is: a bounded semaphore its bound, a lock its owner", async () => {
    using bounded = new context.BoundedSemaphore(2);
    const back = await one.do(f.echo<typeof bounded>, bounded);
    assertInstanceOf(back, BoundedSemaphore);
    assertThrows(() => back.release(), Error, "its count is 2");
    const made = await one.do(f.makeHeldLock, method);
    assertEquals(made.tryAcquire(), false);
    await one.do(f.release, made);
    assertEquals(made.tryAcquire(), true);
    made[Symbol.dispose]();
  });

  it("travels as args and kwargs of a Process", async () => {
    using lock = new context.Lock();
    using done = new context.Semaphore(0);
    const child = new context.Process({ target: f.acquireKwargs, kwargs: { lock, done } });
    child.start();
    assertEquals(await done.acquire({ timeout: 20_000 }), true);
    await child.join();
    assertEquals(lock.tryAcquire(), true);
  });

  it("is the same for the children of children", async () => {
    using done = new context.Semaphore(0);
    for (const name of acquirable) {
      const lock = kinds[name](context) as AnyLock;
      await lock.acquire();
      const child = new context.Process({ target: f.passDown, args: [method, 2, lock, done] });
      child.start();
      assertEquals(await done.acquire({ timeout: 30 }), false);
      lock.release();
      assertEquals(await done.acquire({ timeout: 20_000 }), true);
      assertEquals(await child.join({ timeout: 20_000 }), true);
      assertEquals(lock.tryAcquire(), true);
      lock.release();
      lock[Symbol.dispose]();
    }
  });

  it("of the other start method can be made and shared within a child", async () => {
    using done = new context.Semaphore(0);
    const child = new context.Process({ target: f.shareAndTell, args: [other(method), done] });
    child.start();
    for (let i = 0; i < 2; i++) assertEquals(await done.acquire({ timeout: 20_000 }), true);
    assertEquals(await child.join({ timeout: 20_000 }), true);
    assertEquals([child.exitCode, done.getValue()], [0, 0]);
  });

  it("that its parent holds stays held when a child makes use of both start methods", async () => {
    using held = new context.Lock();
    await held.acquire();
    using done = new context.Semaphore(0);
    const child = new context.Process({ target: f.shareAndTell, args: [other(method), done] });
    child.start();
    await child.join();
    assertEquals([held.abandoned, held.tryAcquire(), done.getValue()], [false, false, 2]);
    held.release();
  });
});

/** What a thread does must not concern what its process holds among the processes. */
forEachMethod("A lock among processes that a child's thread holds", (method) => {
  it("stays its own when another thread comes to use that memory", async () => {
    const { Lock } = getContext("process");
    using lock = new Lock();
    await lock.acquire();
    const child = new (getContext(method).Process)({ target: f.makeHeldLock, args: ["process"] });
    child.start();
    await child.join();
    assertEquals([child.exitCode, lock.abandoned, lock.tryAcquire()], [0, false, false]);
    lock.release();
    assertEquals(lock.tryAcquire(), true);
  });
});
