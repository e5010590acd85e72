import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { getContext, JoinableQueue, Queue } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { forms, type Other, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";

/** Longer than any wait takes that is not for ever; only to fail with a name. */
const long = 20_000;
const tooMany = "Cannot call taskDone more often than items were put";

forEachMethod("JoinableQueue", (method) => {
  const context = getContext(method);
  const [one, two] = withOthers(method, 2) as [Other, Other];
  const make = <T = unknown>(maxSize?: number): JoinableQueue<T> =>
    new context.JoinableQueue<T>(maxSize);

  it("is a queue, here and there", async () => {
    using queue = make<number>(2);
    assertInstanceOf(queue, Queue);
    await queue.put(1);
    await one.do(f.put, queue, 2);
    assertEquals(await one.do(f.stateOf, queue), [2, false, true]);
    assertEquals(await two.do(f.get, queue), 1);
    assertEquals(await queue.get(), 2);
    assertThrows(() => make(1.5), RangeError);
    assertThrows(() => make("1" as never), TypeError);
  });

  for (const form of forms) {
    const joinHere = async (queue: JoinableQueue, timeout?: number): Promise<unknown> =>
      await f.joinTimed(queue, form, timeout);

    it(`is joined at once if nothing was put (${form})`, async () => {
      using queue = make();
      assertEquals(await joinHere(queue), true);
      assertEquals(await one.do(f.joinTimed, queue, form), true);
    });

    it(`is joined once all is done, not only got (${form})`, async () => {
      using queue = make();
      for (let i = 0; i < 3; i++) queue.putNoWait(i);
      for (let i = 0; i < 3; i++) {
        assertEquals(await joinHere(queue, 20), false);
        queue.getNoWait();
        assertEquals(await joinHere(queue, 0), false);
        queue.taskDone();
      }
      assertEquals(await joinHere(queue, 0), true);
      assertEquals(await joinHere(queue), true);
      queue.putNoWait(4);
      assertEquals(await joinHere(queue, 10), false);
    });

    it(`is joined while others work (${form})`, async () => {
      using queue = make();
      for (let i = 0; i < 12; i++) queue.putNoWait(i);
      const work = [one, two].map((other) => other.do(f.work, queue, 6, 3));
      // What is said to others in this turn goes out when it is over.
      await pause(20);
      assertEquals(await joinHere(queue, long), true);
      assertEquals(queue.empty(), true);
      await Promise.all(work);
      assertEquals(await joinHere(queue, 0), true);
    });

    it(`wakes several who join, in other children, too (${form})`, async () => {
      using queue = make();
      queue.putNoWait(1);
      const joins = [
        one.do(f.joinTimed, queue, form),
        two.do(f.joinTimed, queue, form),
        queue.join(),
        queue.join({ timeout: long }),
      ];
      await pause(50);
      queue.taskDone();
      assertEquals(await Promise.all(joins), [true, true, true, true]);
    });
  }

  it("is done no more often than was put", async () => {
    using queue = make();
    assertThrows(() => queue.taskDone(), Error, tooMany);
    queue.putNoWait(1);
    queue.putNoWait(2);
    // As in CPython, it need not have been got.
    queue.taskDone();
    await one.do(f.taskDone, queue);
    assertThrows(() => queue.taskDone(), Error, tooMany);
    await assertRejects(() => two.do(f.taskDone, queue), Error, tooMany);
    assertEquals(await queue.join(), true);
    queue.putNoWait(3);
    queue.taskDone();
    assertThrows(() => queue.taskDone(), Error, tooMany);
  });

  it("counts right among many", async () => {
    const count = rounds(500);
    using queue = make(10);
    const work = [one, two].map((other) => other.do(f.work, queue, count, 0));
    for (let i = 0; i < 2 * count; i++) await queue.put(i);
    assertEquals(await queue.join({ timeout: long }), true);
    await Promise.all(work);
    assertThrows(() => queue.taskDone(), Error, tooMany);
  });

  it("never tells who joins that all is done while something is not", async () => {
    using queue = make();
    queue.putNoWait("never done");
    const work = one.do(f.work, queue, rounds(300) + 1, 0);
    queue.getNoWait();
    let isOver = false;
    const check = async () => {
      while (!isOver) {
        assertFalse(await queue.join({ timeout: 0 }), "it was joined too early");
        await pause(0);
      }
    };
    const checked = check();
    for (let i = 0; i <= rounds(300); i++) queue.putNoWait(i);
    await work;
    isOver = true;
    await checked;
    queue.taskDone();
    assertEquals(await queue.join(), true);
  });

  it("gives up a join by timeout and by abort", async () => {
    using queue = make();
    queue.putNoWait(1);
    const reason = new Error("expected: aborted by the test");
    const controller = new AbortController();
    const join = assertRejects(() => queue.join({ signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 10);
    assertStrictEquals(await join, reason);
    assertStrictEquals(
      await assertRejects(() => queue.join({ signal: AbortSignal.abort(reason) })),
      reason,
    );
    assertEquals(await queue.join({ timeout: 10 }), false);
    await assertRejects(() => queue.join({ timeout: NaN }), TypeError, "timeout must be a number");
    assertThrows(() => queue.joinSync({ timeout: NaN }), TypeError, "timeout must be a number");
  });

  it("can be joined by who has closed it, and not when it is disposed", async () => {
    const queue = make();
    queue.putNoWait(1);
    queue.close();
    assertEquals(await queue.join({ timeout: 5 }), false);
    await one.do(f.taskDone, queue);
    assertEquals(await queue.join(), true);
    await one.do(f.put, queue, 2);
    const join = assertRejects(() => queue.join(), Error, "disposed");
    await pause(10);
    queue[Symbol.dispose]();
    await join;
    assertThrows(() => queue.taskDone(), Error, "disposed");
    assertThrows(() => queue.joinSync(), Error, "disposed");
    assert(queue instanceof JoinableQueue);
  });
});
