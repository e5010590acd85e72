// @runs-on every: a sample of this folder for Node 26

/** What a queue promises, within one child and with one other. */

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
import { Empty, Full, getContext, Queue, SimpleQueue } from "../../mod.ts";
import { dispose, type Form, pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { forms, type Other, timed, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";

/** Longer than any wait takes that is not for ever; only to fail with a name. */
const long = 20_000;
/** Within what time something is to happen that needs no waiting. */
const soon = 10_000;
const reason = new Error("expected: aborted by the test");

forEachMethod("Queue", (method) => {
  const context = getContext(method);
  const make = <T = unknown>(maxSize?: number): Queue<T> => new context.Queue<T>(maxSize);
  const [one, two] = withOthers(method, 2) as [Other, Other];

  /** Gets and puts here, in each form. */
  const getHere = async <T>(queue: Queue<T>, form: Form, timeout?: number): Promise<T> => {
    const options = timeout === undefined ? {} : { timeout };
    return form === "sync" ? queue.getSync(options) : await queue.get(options);
  };
  const putHere = async (queue: Queue, item: unknown, form: Form, timeout?: number) => {
    const options = timeout === undefined ? {} : { timeout };
    return form === "sync" ? queue.putSync(item, options) : await queue.put(item, options);
  };

  it("gives items in the order in which they were put, however they were", async () => {
    using queue = make<number>();
    await queue.put(1);
    queue.putSync(2);
    queue.putNoWait(3);
    await queue.put(4);
    await one.do(f.putAll, queue, [5, 6]);
    queue.putNoWait(7);
    assertEquals([await queue.get(), queue.getSync(), queue.getNoWait()], [1, 2, 3]);
    assertEquals(await one.do(f.get, queue), 4);
    assertEquals(await two.do(f.getSync, queue), 5);
    assertEquals([queue.getNoWait(), queue.getNoWait()], [6, 7]);
    assertEquals(queue.empty(), true);
  });

  it("keeps the order over many thousands, and through its memory's limits", async () => {
    using queue = make<number>();
    for (let round = 0; round < 5; round++) {
      const count = 10_000 * (round % 2) + 5_000;
      for (let i = 0; i < count; i++) queue.putNoWait(i);
      assertEquals(queue.qsize(), count);
      for (let i = 0; i < count; i++) if (queue.getNoWait() !== i) throw new Error(`not ${i}`);
      assertEquals(await one.do(f.stateOf, queue), [0, true, false]);
    }
  });

  it("tells how many items there are, whether it is empty, whether it is full", async () => {
    using queue = make<string>(2);
    const states = [[0, true, false], [1, false, false], [2, false, true]] as const;
    for (const state of states) {
      assertEquals(f.stateOf(queue), [...state]);
      assertEquals(await one.do(f.stateOf, queue), [...state]);
      if (!state[2]) queue.putNoWait("a");
    }
    for (const state of [...states].reverse()) {
      assertEquals(await two.do(f.stateOf, queue), [...state]);
      if (!state[1]) await one.do(f.get, queue);
    }
  });

  for (const maxSize of [0, -1, -5]) {
    it(`has no bound with a size of ${maxSize}`, () => {
      using queue = make<number>(maxSize);
      for (let i = 0; i < 1000; i++) queue.putNoWait(i);
      assertEquals(f.stateOf(queue), [1000, false, false]);
    });
  }

  it("refuses what is no size", () => {
    for (const maxSize of [1.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 53]) {
      assertThrows(() => make(maxSize), RangeError, `received ${maxSize}`);
    }
    for (const maxSize of ["1", null, 1n, {}, true] as unknown as number[]) {
      assertThrows(
        () => make(maxSize),
        TypeError,
        "maxSize must be an integer up to 1073741824: received",
      );
    }
  });

  it("has a bound, which is that of all children", async () => {
    using queue = make<number>(3);
    queue.putNoWait(1);
    await one.do(f.putAll, queue, [2, 3]);
    assertThrows(() => queue.putNoWait(4), Full, "it holds 3");
    const error = await assertRejects(() => one.do(f.put, queue, 4, { block: false }));
    assertInstanceOf(error, Full);
    assertEquals(await two.do(f.get, queue), 1);
    queue.putNoWait(4);
    assertEquals(await f.getMany(queue, 3), [2, 3, 4]);
  });

  for (const form of forms) {
    it(`does not wait for an item or for room if it is not to (${form})`, async () => {
      using queue = make<number>(1);
      const empty = [{ block: false }, { timeout: 0 }, { timeout: -1 }, {
        block: false,
        timeout: 9e9,
      }];
      for (const options of empty) {
        const begun = performance.now();
        const get = async () => form === "sync" ? queue.getSync(options) : await queue.get(options);
        const put = async () =>
          form === "sync" ? queue.putSync(2, options) : await queue.put(2, options);
        await assertRejects(get, Empty, "Cannot get an item as the queue was empty");
        queue.putNoWait(1);
        await assertRejects(put, Full, "Cannot put an item as the queue was full");
        assertEquals(await get(), 1);
        await put();
        assertEquals(queue.getNoWait(), 2);
        assertLess(performance.now() - begun, soon);
      }
      assertThrows(() => queue.getNoWait(), Empty);
    });

    it(`waits no longer than its timeout (${form})`, async () => {
      using queue = make<number>(1);
      for (const timeout of [1, 30, 120]) {
        const empty = await timed(() =>
          assertRejects(() => getHere(queue, form, timeout), Empty, `for ${timeout} ms`)
        );
        queue.putNoWait(1);
        const full = await timed(() =>
          assertRejects(() => putHere(queue, 2, form, timeout), Full, `for ${timeout} ms`)
        );
        assertEquals(queue.getNoWait(), 1);
        for (const time of [empty, full]) {
          assertGreaterOrEqual(time, timeout - 2);
          assertLess(time, timeout + soon);
        }
      }
      assertEquals(f.stateOf(queue), [0, true, false]);
    });

    it(`waits for an item of another child (${form})`, async () => {
      using queue = make();
      using here = new context.Semaphore(0);
      const sent = one.do(f.putLater, queue, ["a", "b"], here);
      assert(await here.acquire({ timeout: long }));
      assertEquals(await getHere(queue, form, long), "a");
      assertEquals(await getHere(queue, form, long), "b");
      await sent;
    });

    it(`waits for room that another child makes (${form})`, async () => {
      using queue = make(1);
      await queue.put("a");
      using here = new context.Semaphore(0);
      const got = one.do(f.getLater, queue, 2, here);
      assert(await here.acquire({ timeout: long }));
      await putHere(queue, "b", form, long);
      assertEquals(await got, ["a", "b"]);
    });

    it(`wakes another child that waits for an item, and for room (${form})`, async () => {
      using queue = make(1);
      using here = new context.Semaphore(0);
      const got = one.do(f.getTelling, queue, form, here);
      assert(await here.acquire({ timeout: long }));
      await pause(20);
      await queue.put("a");
      assertEquals(await got, "a");
      await queue.put("b");
      const put = one.do(f.putTelling, queue, "c", form, here);
      assert(await here.acquire({ timeout: long }));
      await pause(20);
      assertEquals(await queue.get(), "b");
      assertEquals(await queue.get({ timeout: long }), "c");
      await put;
    });
  }

  it("refuses what is no time, and what is no signal", async () => {
    using queue = make<number>();
    for (const signal of [{}, new AbortController()] as never[]) {
      const message = "signal must be an AbortSignal: received [object";
      await assertRejects(() => queue.get({ signal }), TypeError, message);
      await assertRejects(() => queue.put(1, { signal }), TypeError, message);
    }
    for (const timeout of [NaN, "5", null, 1n, {}] as unknown as number[]) {
      await assertRejects(() => queue.get({ timeout }), TypeError, "timeout must be a number");
      await assertRejects(() => queue.put(1, { timeout }), TypeError, "timeout must be a number");
      assertThrows(() => queue.getSync({ timeout }), TypeError, "timeout must be a number");
      assertThrows(() => queue.putSync(1, { timeout }), TypeError, "timeout must be a number");
    }
    assertEquals(queue.qsize(), 0);
  });

  it("gives up when its signal is aborted, with the reason", async () => {
    using queue = make<number>(1);
    const aborted = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => queue.get({ signal: aborted })), reason);
    assertStrictEquals(await assertRejects(() => queue.put(1, { signal: aborted })), reason);
    assertEquals(queue.qsize(), 0);

    const controller = new AbortController();
    const get = assertRejects(() => queue.get({ signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 10);
    assertStrictEquals(await get, reason);
    await queue.put(1);
    const another = new AbortController();
    const put = assertRejects(() => queue.put(2, { signal: another.signal }));
    setTimeout(() => another.abort(reason), 10);
    assertStrictEquals(await put, reason);
    assertEquals(await f.getMany(queue, 1), [1]);
    await assertRejects(() => queue.get({ timeout: 20 }), Empty);
  });

  it("serves those of one child that wait in the order of their coming", async () => {
    using queue = make<number>(1);
    const order: string[] = [];
    const gets = [0, 1, 2, 3].map((i) => queue.get().then((item) => order.push(`${i}: ${item}`)));
    await one.do(f.putAll, queue, [10, 11, 12, 13]);
    await Promise.all(gets);
    assertEquals(order, ["0: 10", "1: 11", "2: 12", "3: 13"]);
    const puts = [0, 1, 2, 3].map((i) => queue.put(i));
    assertEquals(await one.do(f.getMany, queue, 4), [0, 1, 2, 3]);
    await Promise.all(puts);
  });

  it("passes over a waiter that gave up, wherever in the line", async () => {
    using queue = make<number>();
    const controllers = [0, 1, 2, 3, 4].map(() => new AbortController());
    const gets = controllers.map(({ signal }) => queue.get({ signal }).catch(() => "gave up"));
    for (const i of [2, 0, 4]) controllers[i]!.abort(reason);
    await one.do(f.putAll, queue, [1, 2]);
    assertEquals(await Promise.all(gets), ["gave up", 1, "gave up", 2, "gave up"]);
    assertEquals(queue.empty(), true);
  });

  it("is the same queue in two handles of one child", async () => {
    using queue = make<Queue<number>>();
    await queue.put(queue as never);
    const same = await queue.get() as unknown as Queue<number>;
    assert(same !== queue as unknown);
    assert(same instanceof Queue);
    const got = same.get();
    queue.putNoWait(1 as never);
    assertEquals(await got, 1);
    same.close();
    queue.putNoWait(2 as never);
    assertEquals(queue.qsize(), 1);
  });

  it("closes this child's end alone", async () => {
    using queue = make<number>(3);
    await queue.put(1);
    await one.do(f.put, queue, 2);
    queue.close();
    queue.close();
    const closed = "Cannot use a queue that this child has closed";
    await assertRejects(() => queue.put(3), Error, closed);
    await assertRejects(() => queue.get(), Error, closed);
    await assertRejects(() => queue.get({ block: false }), Error, closed);
    assertThrows(() => queue.putNoWait(3), Error, closed);
    assertThrows(() => queue.getNoWait(), Error, closed);
    assertThrows(() => queue.putSync(3), Error, closed);
    assertThrows(() => queue.getSync(), Error, closed);
    assertEquals(await one.do(f.getMany, queue, 2), [1, 2]);
    await one.do(f.put, queue, 3);
    assertEquals(await two.do(f.get, queue), 3);
  });

  it("rejects what waits here when it is closed, and nothing that waits elsewhere", async () => {
    using queue = make<number>(1);
    using here = new context.Semaphore(0);
    const elsewhere = one.do(f.getTelling, queue, "async", here);
    assert(await here.acquire({ timeout: long }));
    const gets = [{}, { timeout: long }].map((options) =>
      assertRejects(() => queue.get(options), Error, "this child has closed")
    );
    setTimeout(() => queue.close(), 20);
    await Promise.all(gets);
    await two.do(f.put, queue, 5);
    assertEquals(await elsewhere, 5);
  });

  it("rejects a put that waits when it is closed: the item is not put", async () => {
    using queue = make<number>(1);
    await queue.put(1);
    const put = queue.put(2);
    setTimeout(() => queue.close(), 20);
    await assertRejects(() => put, Error, "this child has closed");
    assertEquals(await one.do(f.get, queue), 1);
    assertEquals(await one.do(f.stateOf, queue), [0, true, false]);
  });

  it("lets go of the thread that is joined once it is closed", async () => {
    using queue = make<number>();
    await queue.put(1);
    await assertRejects(() => queue.joinThread(), Error, "before it is closed");
    queue.close();
    await queue.joinThread();
    await queue.joinThread();
    queue.cancelJoinThread();
    assertEquals(await one.do(f.get, queue), 1);
  });

  it("is iterated until this child closes it", async () => {
    using queue = make<number>();
    await one.do(f.putAll, queue, [1, 2, 3]);
    const items: number[] = [];
    using here = new context.Semaphore(0);
    const later = one.do(f.putLater, queue, [4], here);
    for await (const item of queue) {
      items.push(item);
      if (item === 4) setTimeout(() => queue.close(), 20);
    }
    await later;
    assertEquals(items, [1, 2, 3, 4]);
    for await (const item of queue) throw new Error(`A closed queue gave ${item}`);
  });

  it("loses nothing when a loop over it is left", async () => {
    using queue = make<number>();
    for (let i = 0; i < 4; i++) queue.putNoWait(i);
    for await (const item of queue) if (item === 1) break;
    assertEquals(await queue.get(), 2);
    assertEquals(await one.do(f.iterate, queue, 1), [3]);
    assertEquals(queue.qsize(), 0);
  });

  it("loses nothing when a loop over it is left that waits", async () => {
    using queue = make<number>();
    const items = queue[Symbol.asyncIterator]();
    const waiting = [items.next(), items.next()];
    const end = { done: true as const, value: undefined };
    assertEquals(await items.return!(), end);
    assertEquals(await Promise.all(waiting), [end, end]);
    queue.putNoWait(1);
    assertEquals(await items.next(), end);
    assertEquals(await queue.get({ timeout: long }), 1);
  });

  it("cannot be used any more when it is disposed, by anyone", async () => {
    const queue = make<number>(1);
    using here = new context.Semaphore(0);
    const isDisposed = (wait: () => Promise<unknown>) => assertRejects(wait, Error, "disposed");
    const waiting = isDisposed(() => one.do(f.getTelling, queue, "async", here));
    assert(await here.acquire({ timeout: long }));
    const mine = isDisposed(() => queue.get());
    setTimeout(() => queue[Symbol.dispose](), 20);
    await Promise.all([mine, waiting]);
    queue[Symbol.dispose]();
    const uses = [
      () => queue.putNoWait(1),
      () => queue.getNoWait(),
      () => queue.qsize(),
      () => queue.empty(),
      () => queue.full(),
      () => queue.getSync(),
      () => queue.putSync(1),
    ];
    for (const use of uses) assertThrows(use, Error, "disposed");
    queue.close();
    const error = await assertRejects(() => one.do(f.get, queue));
    assertInstanceOf(error, DOMException);
    assertEquals(error.message, "args[0] is a Queue that is disposed");
  });

  it("can be disposed by another child", async () => {
    const queue = make<number>();
    const mine = assertRejects(() => queue.get(), Error, "disposed");
    await one.do(dispose, queue);
    await mine;
    await assertRejects(() => queue.put(1), Error, "disposed");
  });

  it("goes to children of its own start method alone", async () => {
    const other = getContext(method === "worker" ? "process" : "worker");
    using queue = new other.Queue();
    const error = await assertRejects(() => one.do(f.get, queue));
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "DataCloneError");
    assert(error.message.startsWith("args[0] is a Queue for children of the start method"));
  });
});

forEachMethod("SimpleQueue", (method) => {
  const { SimpleQueue: Simple } = getContext(method);
  const [one] = withOthers(method, 1) as [Other];

  it("puts, gets, is empty, is closed", async () => {
    using queue = new Simple<number>();
    assert(queue instanceof SimpleQueue);
    assertEquals(queue.empty(), true);
    await queue.put(1);
    await one.do(f.simplePut, queue, 2);
    assertEquals(queue.empty(), false);
    assertEquals([await queue.get(), queue.getSync()], [1, 2]);
    await assertRejects(() => queue.get({ timeout: 10 }), Empty);
    assertThrows(() => queue.getSync({ timeout: 10 }), Empty);
    const signal = AbortSignal.timeout(10);
    const error = await assertRejects(() => queue.get({ signal }));
    assertStrictEquals(error, signal.reason);
    const got = one.do(f.simpleGet, queue);
    await queue.put(3);
    assertEquals(await got, 3);
    queue.putSync(3);
    assertEquals(await one.do(f.simpleGet, queue), 3);
    queue.close();
    await assertRejects(() => queue.put(1), Error, "this child has closed");
    assertThrows(() => queue.putSync(1), Error, "this child has closed");
    await assertRejects(() => queue.get(), Error, "this child has closed");
    await one.do(f.simplePut, queue, 4);
    assertEquals(await one.do(f.simpleGet, queue), 4);
  });

  it("refuses what cannot travel, and what cannot come to it", async () => {
    using queue = new Simple();
    await assertRejects(() => queue.put({ f: () => {} }), DOMException, "item.f is a function");
    assertEquals(queue.empty(), true);
    queue[Symbol.dispose]();
    assertThrows(() => queue.empty(), Error, "disposed");
    await assertRejects(() => queue.get(), Error, "disposed");
  });
});
