// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import * as library from "../../mod.ts";
import { type ElementType, getContext, RLock } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import { nameOf, typeCases, wrongKinds } from "./types.ts";

/** An array of any type. */
interface Loose extends Iterable<unknown>, Disposable {
  [index: number]: unknown;
  readonly length: number;
}
type LooseClass = new (type: ElementType, sizeOrInitial: unknown) => Loose;

forEachMethod("SharedArray", (method) => {
  const context = getContext(method);
  const { Lock, Semaphore, SharedArray, RawArray } = context;
  const [other] = withOthers(method, 1) as [Other];

  for (const [className, cls] of Object.entries({ SharedArray, RawArray })) {
    const make = cls as unknown as LooseClass;

    for (const typeCase of typeCases) {
      for (const type of typeCase.types) {
        it(`is a typed array, also in another child (${className}, ${nameOf(type)})`, async () => {
          const { kept, array: base } = typeCase;
          const [first, second] = kept;
          using array = new make(type, [first, ...kept]);
          assert(array instanceof base);
          assert(array instanceof cls && array instanceof library[className as "RawArray"]);
          assertEquals([...array], [first, ...kept]);
          assertEquals(await other.do(f.setAt, array, 0, second), [second, ...kept]);
          array[0] = first;
          assertEquals([...array], [first, ...kept]);
          const back = await other.do(f.identity, array) as Loose;
          assert(back instanceof base);
          back[0] = second;
          assertEquals(array[0], second);
          assertEquals(back.length, kept.length + 1);
        });

        it(`is zero if it is given a size (${className}, ${nameOf(type)})`, () => {
          using array = new make(type, 5);
          assertEquals([...array], Array(5).fill(typeof typeCase.kept[0] === "bigint" ? 0n : 0));
          using empty = new make(type, 0);
          assertEquals(empty.length, 0);
          using none = new make(type, []);
          assertEquals(none.length, 0);
        });

        it(`refuses initial values that are none (${className}, ${nameOf(type)})`, () => {
          const [first] = typeCase.kept;
          const check = (wrong: unknown, kind: ErrorConstructor): void => {
            const message = `Cannot make a ${className} as initial[2] must be a`;
            assertThrows(() => new make(type, [first, first, wrong]), kind, message);
            assertThrows(() => new make(type, new Set([first, 1n, wrong])), Error);
          };
          for (const wrong of typeCase.outOfRange) check(wrong, RangeError);
          for (const wrong of [undefined, ...wrongKinds(typeCase)]) check(wrong, TypeError);
        });
      }
    }

    it(`takes any iterable for its initial values (${className})`, () => {
      function* three(): Generator<number> {
        yield* [1, 2, 3];
      }
      const sources: Iterable<unknown>[] = [[1, 2, 3], three(), new Set([1, 2, 3])];
      sources.push(Int32Array.of(1, 2, 3), Float64Array.of(1, 2, 3), new make("i", [1, 2, 3]));
      for (const source of sources) {
        using array = new make("i", source);
        assertEquals([...array], [1, 2, 3]);
        array[0] = 9;
        if (Array.isArray(source)) assertEquals(source[0], 1);
      }
      assertThrows(() => new make("i", Float64Array.of(1, 2.5)), RangeError, "initial[1]");
      assertThrows(() => new make("i", [1, , 3]), TypeError, "initial[1]");
    });

    it(`names a size or initial values that are none (${className})`, () => {
      for (const size of [-1, 1.5, NaN, Infinity, 2 ** 60]) {
        assertThrows(
          () => new make("i", size),
          RangeError,
          `Cannot make a ${className} as its size must be an integer from 0: received ${size}`,
        );
      }
      for (const wrong of [undefined, null, "abc", 5n, true, {}, () => 1, { length: 3 }]) {
        assertThrows(
          () => new make("i", wrong),
          TypeError,
          `Cannot make a ${className} as its size or initial values must be a number or an iterable`,
        );
      }
      assertThrows(
        () => new make("x" as never, 1),
        TypeError,
        `Cannot make a ${className} as type`,
      );
      assertThrows(() => new make("d", 2 ** 40), RangeError, "used up");
    });

    it(`wraps what is written to it, as typed arrays do (${className})`, () => {
      using bytes = new make("c", 2);
      bytes[0] = 257;
      bytes[1] = -1;
      assertEquals([...bytes], [1, 255]);
      using clamped = new make(Uint8ClampedArray, 2);
      clamped[0] = 257;
      assertEquals([...clamped], [255, 0]);
      bytes[2] = 1;
      assertEquals(bytes.length, 2);
    });

    it(`makes plain arrays by its methods (${className})`, () => {
      using made = new make("i", [3, 1, 2]);
      const array = made as unknown as Int32Array;
      const results = [
        array.map((x) => x * 2),
        array.slice(1),
        array.filter((x) => x > 1),
        array.toSorted(),
        array.toReversed(),
        array.with(0, 7),
      ];
      for (const result of results) {
        assertStrictEquals(Object.getPrototypeOf(result), Int32Array.prototype);
        assert(result.buffer !== array.buffer && !(result instanceof cls));
      }
      assertEquals(results.map((result) => [...result]), [
        [6, 2, 4],
        [1, 2],
        [3, 2],
        [1, 2, 3],
        [2, 1, 3],
        [7, 1, 2],
      ]);
      array.sort();
      array.set([9], 2);
      assertEquals([...array], [1, 2, 9]);
      assertEquals([array.indexOf(9), array.at(-1), array.join()], [2, 9, "1,2,9"]);
      assertEquals(Object.keys(array), ["0", "1", "2"]);
    });

    it(`has parts on the same memory, which travel too (${className})`, async () => {
      using made = new make("h", [0, 1, 2, 3, 4, 5]);
      const array = made as unknown as Int16Array;
      const part = array.subarray(1, -1);
      assertEquals([...part], [1, 2, 3, 4]);
      assert(part instanceof Int16Array && part instanceof RawArray);
      const inner = part.subarray(2);
      assertEquals(await other.do(f.setAt, inner, 0, 30), [30, 4]);
      assertEquals([...array], [0, 1, 2, 30, 4, 5]);
      assertEquals([...part], [1, 2, 30, 4]);
      assertEquals([...array.subarray()], [...array]);
      assertEquals(array.subarray(4, 2).length, 0);
    });

    it(`is refused once it is disposed (${className})`, async () => {
      const array = new make("i", 3);
      const part = (array as unknown as Int32Array).subarray(1);
      array[Symbol.dispose]();
      array[Symbol.dispose]();
      await assertRefused(() => other.do(f.identity, [array]), `args[0][0] is a ${className} that`);
      await assertRefused(
        () => other.do(f.identity, part),
        "args[0] is a RawArray that is disposed",
      );
      // The memory is another's now, and clean.
      using next = new make("i", [7, 7, 7]);
      array[Symbol.dispose]();
      assertEquals([...next], [7, 7, 7]);
    });

    it(`is refused by a child of the other start method (${className})`, async () => {
      const theirs = method === "worker" ? "process" : "worker";
      using array = new (getContext(theirs)[className as "RawArray"])("i", 3);
      await assertRefused(
        () => other.do(f.identity, { deep: array }),
        `args[0].deep is a ${className} for children of the start method "${theirs}"`,
        `getContext("${method}").${className}`,
      );
    });
  }

  it("has a lock of its own, which travels with it", async () => {
    using array = new SharedArray("i", 3);
    assertInstanceOf(array.getLock(), RLock);
    assertEquals(await other.do(f.areFree, array), [true]);
    {
      using _ = await array.hold();
      using _again = array.holdSync();
      assertEquals(await other.do(f.areFree, array), [false]);
    }
    assertEquals(await other.do(f.areFree, array), [true]);
  });

  it("uses the lock that it is given, or none", async () => {
    using lock = new Lock();
    using array = new SharedArray("d", [1], { lock });
    assertStrictEquals(array.getLock(), lock);
    await lock.acquire();
    assertEquals(await other.do(f.areFree, array), [false]);
    lock.release();
    using none = new SharedArray("d", [1], { lock: false });
    const back = await other.do(f.identity, none) as typeof none;
    for (const each of [none, back]) {
      assert(each instanceof SharedArray);
      const message = "Cannot get the lock of a SharedArray that was made with lock: false";
      assertThrows(() => each.getLock(), Error, message);
      assertThrows(() => each.holdSync(), Error, message);
      await assertRejects(() => each.hold(), Error, message);
    }
    assertThrows(
      () => new SharedArray("d", 1, { lock: "yes" as never }),
      TypeError,
      'Cannot make a SharedArray as lock must be a boolean or a lock: received "yes"',
    );
  });

  it("ends the wait for its lock when it is disposed", async () => {
    using held = new Semaphore(0);
    const array = new SharedArray("i", 3);
    array.getLock().acquireSync();
    const wait = assertRejects(() => other.do(f.holdArray, array, held), Error, "disposed");
    await held.acquire();
    array[Symbol.dispose]();
    await wait;
    assertThrows(() => array.holdSync(), Error, "disposed");
  });

  it("has an object without lock on the same memory", async () => {
    using array = new SharedArray("i", [1, 2]);
    const raw = array.getObj();
    assert(raw instanceof RawArray && !(raw instanceof SharedArray) && !("getLock" in raw));
    raw[0] = 5;
    assertEquals(array[0], 5);
    assertEquals(await other.do(f.setAt, raw, 1, 6), [5, 6]);
    assertEquals([...array], [5, 6]);
    assertEquals(await other.do(f.classesOf, raw), ["RawArray", "Int32Array"]);
    assertEquals(await other.do(f.classesOf, array), ["SharedArray", "Int32Array"]);
    assertEquals(await other.do(f.classesOf, new Int32Array(2)), ["Int32Array"]);
  });

  it("is made where a child wants it", async () => {
    const array = await other.do(f.makeArray, method, [0.5, 1.5]);
    assertInstanceOf(array, Float64Array);
    assertEquals(await other.do(f.setAt, array, 0, 2.5), [2.5, 1.5]);
    assertEquals([...array], [2.5, 1.5]);
    array[Symbol.dispose]();
  });

  it("is large, and whole", async () => {
    const length = 2 ** 20;
    using array = new SharedArray("d", length);
    array[length - 1] = 1;
    assertEquals(await other.do(f.ends, array, 0, 2), [0, 1]);
    assertEquals([array[0], array[length - 1]], [2, 1]);
  });

  it("is known as Array too", () => {
    assertStrictEquals(library.Array, library.SharedArray);
    using array = new context.Array("i", [1]);
    assert(array instanceof library.Array);
  });

  it("is typed by its type", () => {
    using array = new SharedArray("i", 1);
    using big = new SharedArray(BigInt64Array, [1n]);
    const typed: Int32Array = array;
    const first: bigint | undefined = big[0];
    const any: library.SharedArray = array;
    const part: library.RawArray<"i"> = array.subarray(0, 1);
    // @ts-expect-error: it has bigints.
    assertThrows(() => new RawArray("q", [1]), TypeError);
    assertEquals([typed[0], first, any[0], part[0]], [0, 1n, 0, 0]);
  });

  it("has typed methods where its type is not known", () => {
    const sums = (array: library.SharedArray | library.RawArray) => [
      array.reduce((a, b) => a + b),
      array.reduce((text, n) => text + n, ""),
      array.reduceRight((text, n) => text + n, ""),
      array.findLast((n) => n < 3),
      array.map((n) => 2 * n).join(),
    ];
    using array = new SharedArray("i", [1, 2, 3]);
    using raw = new RawArray("d", array);
    const expected = [6, "123", "321", 2, "2,4,6"];
    assertEquals([sums(array), sums(raw)], [expected, expected]);
  });
});
