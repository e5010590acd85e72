/** What travels through a queue, and what does not. */

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import * as classes from "../../mod.ts";
import { getContext, type Queue, transfer } from "../../mod.ts";
import { anything } from "../codec/arbitraries.ts";
import { assertSame } from "../codec/same.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { Broken } from "./broken_item.ts";
import { Endless } from "./endless_item.ts";
import { Own, OwnError } from "./items.ts";
import { Slow } from "./slow_item.ts";

forEachMethod("An item of a queue", (method) => {
  const context = getContext(method);
  const [one] = withOthers(method, 1) as [ReturnType<typeof withOthers>[number]];
  const makeQueue = <T = unknown>(maxSize?: number): Queue<T> => new context.Queue<T>(maxSize);

  it("is any value, and arrives as structured clone gives it", () => {
    using queue = makeQueue();
    const property = fc.property(anything, (value) => {
      queue.putNoWait(value);
      const expected: unknown = structuredClone(value);
      assertSame(queue.getNoWait(), expected);
    });
    fc.assert(property, { numRuns: rounds(150) });
    assertEquals(queue.empty(), true);
  });

  it("stands anywhere in memory, with any others around it", () => {
    using queue = makeQueue();
    const property = fc.property(fc.array(anything, { maxLength: 6 }), (values) => {
      for (const value of values) queue.putNoWait(value);
      for (const value of values) assertSame(queue.getNoWait(), structuredClone(value));
    });
    fc.assert(property, { numRuns: rounds(30) });
  });

  it("comes from another child as it came to it", async () => {
    using queue = makeQueue();
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const items = [
      undefined,
      null,
      -0,
      2n ** 70n,
      "\ud800 lone",
      "x".repeat(30_000),
      [1, , 3],
      new Date(5),
      new Map<unknown, unknown>([[{ a: 1 }, new Set([1])]]),
      new Uint8Array([1, 2, 3]).subarray(0),
      new Float64Array([0.1, -0]),
      new BigInt64Array([-5n]),
      cycle,
      JSON.parse('{"__proto__": 1}'),
    ];
    await one.do(f.putAll, queue, items);
    for (const item of items) assertSame(await queue.get(), item);
  });

  it("is what it was when it was put", async () => {
    using queue = makeQueue<number[]>(1);
    const item = [1];
    queue.putNoWait(item);
    item.push(2);
    const waiting = queue.put(item);
    item.push(3);
    assertEquals(await queue.get(), [1]);
    assertEquals(await queue.get(), [1, 2]);
    await waiting;
  });

  it("is an error with its class, message, cause, own properties and stack", async () => {
    using queue = makeQueue<Error>();
    const cause = new RangeError("the cause");
    const error = Object.assign(new OwnError("expected", { cause }), { code: 7 });
    await one.do(f.put, queue, error);
    const got = await queue.get();
    assertInstanceOf(got, OwnError);
    assertEquals([got.message, got.code, got.stack], ["expected", 7, error.stack]);
    assertInstanceOf(got.cause, RangeError);
    await queue.put(new AggregateError([new TypeError("a")], "several"));
    const several = await queue.get() as AggregateError;
    assertInstanceOf(several, AggregateError);
    assertInstanceOf(several.errors[0], TypeError);
  });

  it("is an instance of a registered class, whose module who gets it imports", async () => {
    using queue = makeQueue<Own>();
    using slow = makeQueue<Slow>();
    queue.putNoWait(new Own(6));
    assertEquals(await one.do(f.useOwn, queue), 36);
    // The child has not loaded that module, of which the getter knows by the item alone.
    slow.putNoWait(new Slow(7));
    slow.putNoWait(new Slow(8));
    assertEquals(await one.do(f.classNameOf, slow), ["Slow", 7]);
    assertEquals(await one.do(f.classNameOf, slow), ["Slow", 8]);
  });

  it("stays where it is if it needs a module that a blocked getter cannot import", async () => {
    const { Process } = context;
    using queue = makeQueue();
    using told = makeQueue<string>();
    queue.putNoWait(new Slow(1));
    const child = new Process({ target: f.getWithoutModule, args: [queue as never, told] });
    child.start();
    await child.join();
    assertEquals(child.exitCode, 0);
    for (const form of ["getNoWait", "getSync", "tryAgain"]) {
      const message = await told.get({ timeout: 5000 });
      assert(message.startsWith(`${form}: Cannot take the item at once as its module`), message);
    }
    assertEquals(await told.get(), "1 item is there");
    assertEquals(await told.get(), "get: 1");
    assertEquals(queue.empty(), true);
  });

  it("gives up a wait for its module as any other", async () => {
    const { Process } = context;
    using queue = makeQueue();
    using told = makeQueue<string>();
    queue.putNoWait(new Endless());
    const child = new Process({ target: f.getEndless, args: [queue, told] });
    child.start();
    for (const outcome of ["Empty", "TimeoutError"]) {
      assertEquals(await told.get({ timeout: 10_000 }), outcome);
    }
    child.kill();
    await child.join();
    assertEquals(queue.qsize(), 1);
  });

  it("costs one get if it cannot be made here", async () => {
    using queue = makeQueue();
    queue.putNoWait(new Broken());
    queue.putNoWait("next");
    const error = await assertRejects(() => one.do(f.get, queue));
    assertInstanceOf(error, Error);
    assertEquals(error.message, "expected: this module cannot be imported");
    assertEquals(await one.do(f.get, queue), "next");
  });

  it("is a function that travels", async () => {
    using queue = makeQueue<(x: number) => number>();
    queue.putNoWait(f.triple);
    assertEquals(await one.do(f.callItem, queue, 5), 15);
  });

  it("is a lock, a semaphore, an event, a condition, a barrier, a value, an array, a queue", async () => {
    using queue = makeQueue();
    const made = {
      Lock: new context.Lock(),
      RLock: new context.RLock(),
      Semaphore: new context.Semaphore(2),
      BoundedSemaphore: new context.BoundedSemaphore(3),
      Event: new context.Event(),
      Condition: new context.Condition(),
      Barrier: new context.Barrier(1),
      Value: new context.Value("i", 5),
      Queue: makeQueue(2),
      JoinableQueue: new context.JoinableQueue(),
      SimpleQueue: new context.SimpleQueue(),
    };
    for (const [name, each] of Object.entries(made)) {
      queue.putNoWait(each);
      const got = queue.getNoWait() as object;
      assert(got instanceof classes[name as keyof typeof made], `${name}: ${String(got)}`);
    }
    for (const each of Object.values(made)) queue.putNoWait([{ deep: new Map([[1, each]]) }]);
    const names = await one.do(f.classNamesOf, queue as never, Object.keys(made).length);
    assertEquals(names, Object.keys(made));
    const array = new context.SharedArray("d", [1.5]);
    queue.putNoWait({ array });
    const got = queue.getNoWait() as { array: Float64Array };
    got.array[0] = 2.5;
    assertEquals(array[0], 2.5);
  });

  it("is the very lock and event, also when it is nested", async () => {
    using queue = makeQueue<f.Holder>();
    using lock = new context.Lock();
    using event = new context.Event();
    await lock.acquire();
    queue.putNoWait({ lock, event });
    assertEquals(await one.do(f.useHolder, queue), ["Lock", "Event"]);
    assertEquals([lock.tryAcquire(), event.isSet()], [true, true]);
  });

  it("is a queue with what is in it, or itself", async () => {
    using outer = makeQueue<{ queue: Queue }>();
    using inner = makeQueue();
    inner.putNoWait("in the queue in the queue");
    outer.putNoWait({ queue: inner });
    assertEquals(await one.do(f.getFromWithin, outer), "in the queue in the queue");
    outer.putNoWait({ queue: outer });
    outer.putNoWait("itself" as never);
    assertEquals(await one.do(f.getFromWithin, outer), "itself");
    using made = await one.do(f.makeQueue, method, [1, 2]);
    assertEquals([made.getNoWait(), await one.do(f.get, made)], [1, 2]);
  });

  it("is refused if it cannot travel, with the path, and the queue is untouched", async () => {
    using queue = makeQueue(1);
    const other = getContext(method === "worker" ? "process" : "worker");
    const refused: [unknown, string][] = [
      [() => {}, "item is a function"],
      [{ a: [1, { b: () => {} }] }, "item.a[1].b is a function"],
      [Symbol("s"), "item is a symbol"],
      [{ s: Symbol.iterator }, "item.s is a symbol"],
      [new WeakMap(), "item is a WeakMap"],
      [{ p: Promise.resolve() }, "item.p is a Promise"],
      [new other.Lock(), "item is a Lock for children of the start method"],
      [{ q: new other.Queue() }, "item.q is a Queue for children of the start method"],
      [[new other.Value("i")], "item[0] is a Value for children of the start method"],
    ];
    for (const [item, message] of refused) {
      const puts = [
        () => queue.put(item),
        () => Promise.try(() => queue.putSync(item)),
        () => Promise.try(() => queue.putNoWait(item)),
        () => queue.put(item, { timeout: 5 }),
      ];
      for (const put of puts) {
        const error = await assertRejects(put);
        assertInstanceOf(error, DOMException, String(error));
        assertEquals(error.name, "DataCloneError");
        assert(error.message.startsWith(message), `${error.message}: expected ${message}`);
      }
    }
    assertEquals(f.stateOf(queue), [0, true, false]);
    queue.putNoWait("fine");
    // It is refused although it would have to wait, too.
    await assertRejects(() => queue.put(() => {}), DOMException, "item is a function");
    assertEquals(await one.do(f.get, queue), "fine");
  });

  it("passes on what its getter throws, and is not put", () => {
    using queue = makeQueue();
    const thrown = new Error("expected: thrown by a getter");
    const item = {
      before: "x".repeat(100),
      get bad(): never {
        throw thrown;
      },
    };
    assertStrictEquals(assertThrows(() => queue.putNoWait(item)), thrown);
    assertEquals(queue.empty(), true);
    queue.putNoWait(1);
    assertEquals(queue.getNoWait(), 1);
  });

  it("arrives whole though its getter uses the queue", () => {
    using queue = makeQueue();
    const item = {
      first: "x".repeat(50),
      get second(): string {
        try {
          queue.putNoWait("from the getter");
          return "put";
        } catch {
          return "refused";
        }
      },
      third: [1, 2, 3],
    };
    queue.putNoWait(item);
    const got: unknown[] = [];
    while (!queue.empty()) got.push(queue.getNoWait());
    const second = got.length === 2 ? "put" : "refused";
    assertEquals(got.at(-1), { first: "x".repeat(50), second, third: [1, 2, 3] });
    if (got.length === 2) assertEquals(got[0], "from the getter");
  });

  it("moves its buffers only if it is put", async () => {
    using queue = makeQueue<Uint8Array>(1);
    const bytes = new Uint8Array([1, 2, 3]);
    const item = transfer(bytes, [bytes.buffer]);
    queue.putNoWait(new Uint8Array(0));
    assertThrows(() => queue.putNoWait(item));
    assertThrows(() => queue.putSync(item, { timeout: 5 }));
    await assertRejects(() => queue.put(item, { timeout: 5 }));
    await assertRejects(() => queue.put(item, { signal: AbortSignal.timeout(5) }));
    assertEquals([...bytes], [1, 2, 3]);
    queue.getNoWait();
    await queue.put(item);
    assertEquals(bytes.length, 0);
    assertEquals([...await queue.get()], [1, 2, 3]);
  });

  for (const size of [0, 60, 64, 65, 16_000, 16_384, 16_385, 65_536, 1_000_000, 20_000_000]) {
    it(`can be large: ${size} bytes`, async () => {
      using queue = makeQueue<Uint8Array>();
      const bytes = new Uint8Array(size);
      for (let i = 0; i < size; i += 97) bytes[i] = i;
      await queue.put(bytes);
      await one.do(f.passOne, queue, queue);
      const got = await queue.get();
      assertEquals(got.length, size);
      for (let i = 0; i < size; i += 97) if (got[i] !== (i & 255)) throw new Error(`at ${i}`);
    });
  }

  it("can be of any size, one behind the other", async () => {
    using there = makeQueue<Uint8Array | null>();
    using back = makeQueue<Uint8Array | null>();
    const sizes = Array.from({ length: 400 }, (_, i) => (i * i * 37) % 40_000);
    const passed = one.do(f.passOn, there, back);
    for (const [i, size] of sizes.entries()) await there.put(new Uint8Array(size).fill(i));
    await there.put(null);
    for (const [i, size] of sizes.entries()) {
      const got = await back.get();
      assertEquals(got?.length, size);
      assert(got!.every((byte) => byte === (i & 255)));
    }
    await passed;
  });
});
