// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ElementType,
  getContext,
  RLock,
  setStartMethod,
  TimeoutError,
  Value,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import { nameOf, typeCases, wrongKinds } from "./types.ts";

/** Any value, to be set to anything. */
interface Loose extends Disposable {
  value: unknown;
}

/** How often an action calls a function of `Atomics`. */
function countCalls(name: "load" | "store", action: () => void): number {
  const original = Atomics[name] as (...args: unknown[]) => unknown;
  let count = 0;
  const counting = (...args: unknown[]) => {
    count++;
    return original(...args);
  };
  Object.assign(Atomics, { [name]: counting });
  try {
    action();
  } finally {
    Object.assign(Atomics, { [name]: original });
  }
  return count;
}

type LooseClass = new (type: ElementType, initial?: unknown) => Loose;

forEachMethod("Value", (method) => {
  const context = getContext(method);
  const { Condition, Lock, Semaphore, Value, RawValue } = context;
  const [other] = withOthers(method, 1) as [Other];

  for (const [className, cls] of Object.entries({ Value, RawValue })) {
    const make = cls as unknown as LooseClass;

    for (const typeCase of typeCases) {
      for (const type of typeCase.types) {
        it(`is 0 without an initial value (${className}, ${nameOf(type)})`, () => {
          using value = new make(type);
          assertEquals(value.value, typeof typeCase.kept[0] === "bigint" ? 0n : 0);
          using same = new make(type, undefined);
          assertEquals(same.value, value.value);
        });

        it(`holds what the type can hold (${className}, ${nameOf(type)})`, () => {
          using value = new make(type);
          for (const kept of typeCase.kept) {
            value.value = kept;
            assertEquals(value.value, kept);
            using initial = new make(type, kept);
            assertEquals(initial.value, kept);
          }
        });

        // What a plain read and write do wrong, an engine and a processor do at times only.
        it(`is read and set by Atomics (${className}, ${nameOf(type)})`, () => {
          using value = new make(type);
          const loads = countCalls("load", () => void value.value);
          const stores = countCalls("store", () => value.value = typeCase.kept[0]);
          assertEquals([loads, stores], [1, 1]);
        });

        it(`refuses the rest, and is as it was (${className}, ${nameOf(type)})`, () => {
          const before = typeCase.kept[1];
          using value = new make(type, before);
          const check = (wrong: unknown, kind: ErrorConstructor): void => {
            assertThrows(() => value.value = wrong, kind, "Cannot set value as it must be a");
            assertEquals(value.value, before);
            if (wrong === undefined) return;
            assertThrows(() => new make(type, wrong), kind, `${className} as initial must be a`);
          };
          for (const wrong of typeCase.outOfRange) check(wrong, RangeError);
          for (const wrong of [undefined, ...wrongKinds(typeCase)]) check(wrong, TypeError);
        });

        it(`is the same in another child (${className}, ${nameOf(type)})`, async () => {
          const [first, ...others] = typeCase.kept;
          using value = new make(type, first);
          let before = first;
          for (const kept of others) {
            assertEquals(await other.do(f.set, value, kept), before);
            assertEquals(value.value, kept);
            before = kept;
          }
        });
      }
    }

    it(`names what it received and what it could have (${className})`, () => {
      const message = (type: unknown, initial?: unknown): string =>
        assertThrows(() => new make(type as ElementType, initial), Error).message;
      assertEquals(
        message("b", 128),
        `Cannot make a ${className} as initial must be an integer from -128 to 127: received 128`,
      );
      assertMatch(message("Q", -1n), /a bigint from 0 to 18446744073709551615: received -1n$/);
      assertMatch(message("d", "1"), /must be a number that fits into 64 bits: received "1"$/);
      for (
        const type of [
          "u",
          "",
          "ii",
          undefined,
          null,
          5,
          DataView,
          Array,
          class extends Int32Array {},
        ]
      ) {
        const error = assertThrows(() => new make(type as never, 0), TypeError);
        assertMatch(error.message, /one of the codes c b B h H i I l L q Q f d or the class of a/);
      }
      assertMatch(message("u"), /received "u"$/);
      assertMatch(message(DataView), /received DataView$/);
    });

    it(`rounds to the precision of its type (${className})`, () => {
      using single = new make("f", 0.1);
      assertEquals(single.value, Math.fround(0.1));
      single.value = 1 / 3;
      assertEquals(single.value, Math.fround(1 / 3));
    });

    it(`is an error once it is disposed, in every child (${className})`, async () => {
      const value = new make("i", 5);
      const there = await other.do(f.identity, value) as Loose;
      value[Symbol.dispose]();
      value[Symbol.dispose]();
      for (const each of [value, there]) {
        assertThrows(() => each.value, Error, "Cannot read a value that is disposed");
        assertThrows(() => each.value = 1, Error, "Cannot set a value that is disposed");
      }
      // The memory is another's now.
      using next = new make("i", 6);
      assertThrows(() => value.value = 1, Error, "disposed");
      there[Symbol.dispose]();
      assertEquals(next.value, 6);
      await assertRefused(
        () => other.do(f.identity, value),
        `args[0] is a ${className} that is disposed`,
      );
    });

    it(`is refused by a child of the other start method (${className})`, async () => {
      const theirs = method === "worker" ? "process" : "worker";
      using value = new (getContext(theirs)[className as "Value"])("i");
      await assertRefused(
        () => other.do(f.identity, { deep: [value] }),
        `args[0].deep[0] is a ${className} for children of the start method "${theirs}"`,
        `getContext("${method}").${className}`,
      );
    });
  }

  it("has a recursive lock of its own, which travels with it", async () => {
    using value = new Value("i", 1);
    const lock = value.getLock();
    assertInstanceOf(lock, RLock);
    assertStrictEquals(value.getLock(), lock);
    assertEquals(await other.do(f.areFree, value), [true]);
    assertEquals(lock.tryAcquire() && lock.tryAcquire(), true);
    assertEquals(await other.do(f.areFree, value), [false]);
    lock.release();
    assertEquals(await other.do(f.areFree, value), [false]);
    lock.release();
    assertEquals(await other.do(f.areFree, value), [true]);
    assertEquals(value.value, 1);
    // The lock travels alone, too.
    const { lock: back, again } = await other.do(f.identity, { lock, again: value }) as {
      lock: RLock;
      again: Value;
    };
    back.acquireSync();
    assertEquals(await other.do(f.areFree, value, again), [false, false]);
    back.release();
  });

  it("has a lock as with lock: true, and one for each", async () => {
    using one = new Value("i", 0, { lock: true });
    using two = new Value("i", 0, {});
    using three = new Value("i", 0, { lock: undefined });
    using _ = one.holdSync();
    assertEquals(await other.do(f.areFree, one, two, three), [false, true, true]);
  });

  it("uses the lock that it is given", async () => {
    for (const lock of [new Lock(), new Semaphore(1), new Condition()]) {
      using value = new Value("d", 1, { lock });
      using second = new Value("d", 2, { lock });
      assertStrictEquals(value.getLock(), lock);
      await lock.acquire();
      assertEquals(await other.do(f.areFree, value, second), [false, false]);
      lock.release();
      assertEquals(await other.do(f.areFree, value, second), [true, true]);
      assertEquals(await other.do(f.lockIsALock, value), lock instanceof Lock);
      value[Symbol.dispose]();
      assert(lock.tryAcquire(), "a lock that was given is not disposed with the value");
      lock.release();
      lock[Symbol.dispose]();
    }
  });

  it("has no lock with lock: false", async () => {
    using value = new Value("h", 3, { lock: false });
    const back = await other.do(f.identity, value) as Value;
    for (const each of [value, back]) {
      assertEquals(each.value, 3);
      const message = "Cannot get the lock of a Value that was made with lock: false";
      assertThrows(() => each.getLock(), Error, message);
      assertThrows(() => each.holdSync(), Error, message);
      await assertRejects(() => each.hold(), Error, message);
    }
  });

  it("refuses what is no lock, and one of another start method", () => {
    for (const lock of [1, "lock", null, {}, () => {}, Lock]) {
      assertThrows(
        () => new Value("i", 0, { lock: lock as never }),
        TypeError,
        "Cannot make a Value as lock must be a boolean or a lock: received ",
      );
    }
    const theirs = method === "worker" ? "process" : "worker";
    using lock = new (getContext(theirs).Lock)();
    assertThrows(() => new Value("i", 0, { lock }), Error, `as its lock is for "${theirs}"`);
  });

  it("is held to the end of a block", async () => {
    using value = new Value("i", 0);
    {
      using _ = await value.hold();
      using _again = value.holdSync();
      assertEquals(await other.do(f.areFree, value), [false]);
    }
    assertEquals(await other.do(f.areFree, value), [true]);
  });

  it("gives up waiting for its lock after a timeout, or when told", async () => {
    using value = new Value("i", 0);
    using held = new Semaphore(0);
    using end = new Semaphore(0);
    const holder = other.do(f.holdUntil, value, held, end);
    await held.acquire();
    await assertRejects(() => value.hold({ timeout: 10 }), TimeoutError, "within 10 ms");
    assertThrows(() => value.holdSync({ timeout: 0 }), TimeoutError);
    const reason = new Error("expected: aborted by the test");
    const signal = AbortSignal.abort(reason);
    assertStrictEquals(await assertRejects(() => value.hold({ signal })), reason);
    end.release();
    await holder;
    using _ = await value.hold({ timeout: 10_000 });
  });

  it("ends the wait for its lock when it is disposed", async () => {
    const value = new Value("i", 0);
    using held = new Semaphore(0);
    using end = new Semaphore(0);
    const holder = other.do(f.holdUntil, value, held, end);
    await held.acquire();
    const wait = assertRejects(() => value.hold({ timeout: 10_000 }), Error, "disposed");
    value[Symbol.dispose]();
    await wait;
    end.release();
    await assertRejects(() => holder, Error, "disposed");
  });

  it("has an object without lock on the same memory", async () => {
    using value = new Value("q", 1n);
    const raw = value.getObj();
    assertStrictEquals(value.getObj(), raw);
    assert(!(raw instanceof Value) && !("getLock" in raw));
    raw.value = 2n;
    assertEquals(value.value, 2n);
    assertEquals(await other.do(f.set, raw, 3n), 2n);
    assertEquals(value.value, 3n);
    assertEquals(await other.do(f.classesOf, raw), ["RawValue"]);
    assertEquals(await other.do(f.classesOf, value), ["Value"]);
  });

  it("is made where a child wants it", async () => {
    const value = await other.do(f.makeValue, method, 41);
    assertEquals(await other.do(f.set, value, 42), 41);
    assertEquals(value.value, 42);
    value[Symbol.dispose]();
  });

  it("travels in anything, and stays one object within a message", async () => {
    using value = new Value("i", 9);
    const back = await other.do(f.identity, new Map([["deep", [{ value }, value]]])) as Map<
      string,
      [{ value: Value }, Value]
    >;
    const [{ value: one }, two] = back.get("deep")!;
    assertStrictEquals(one, two);
    one.value = 10;
    assertEquals(value.value, 10);
  });

  it("is typed by its type", () => {
    using big = new Value("q", 1n);
    using small = new Value(Int8Array, 1);
    const a: bigint = big.value;
    const b: number = small.value;
    // A value of any type of numbers is a `Value`.
    const any: Value = small;
    const byCode: Value = new Value("i", 1);
    // @ts-expect-error: this one has bigints.
    const wrong: Value = big;
    // @ts-expect-error: a number is none.
    assertThrows(() => new Value("Q", 1), TypeError);
    // @ts-expect-error: there is no such code.
    assertThrows(() => new Value("x", 1), TypeError);
    assertEquals([a, b, any.value, byCode.value, wrong === (big as unknown)], [1n, 1, 1, 1, true]);
    byCode[Symbol.dispose]();
  });
});

forEachMethod("Value without a context", (method) => {
  it("is for children of the start method that is set", async () => {
    setStartMethod(method, { force: true });
    await using pool = new (getContext(method).Pool)(1);
    using value = new Value("i", 1);
    assertEquals(await pool.apply(f.set, [value, 2]), 1);
    assertEquals(value.value, 2);
  });
});
