import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ListProxy } from "../../mod.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { PythonList } from "./python_list.ts";
import { withManager } from "./stage.ts";

/**
 * What is done to a list, and to the model: both give something, or throw the same kind of error.
 */
interface Step {
  readonly what: string;
  ask(list: ListProxy): Promise<unknown>;
  expect(model: PythonList): unknown;
}

const position = fc.integer({ min: -7, max: 7 });
/** Few of them, so that equal ones are met. */
const item: fc.Arbitrary<unknown> = fc.constantFrom(0, 1, 2, "a", null, true, [1, "a"], { n: 1 });

const plain = (step: Step): fc.Arbitrary<Step> => fc.constant(step);

const step: fc.Arbitrary<Step> = fc.oneof(
  position.map((at): Step => ({
    what: `get ${at}`,
    ask: (list) => list.get(at),
    expect: (model) => model.get(at),
  })),
  fc.tuple(position, item).map(([at, item]): Step => ({
    what: `set ${at}`,
    ask: (list) => list.set(at, item),
    expect: (model) => model.set(at, item),
  })),
  item.map((item): Step => ({
    what: "append",
    ask: (list) => list.append(item),
    expect: (model) => model.insert(Infinity, item),
  })),
  fc.array(item, { maxLength: 4 }).map((items): Step => ({
    what: "extend",
    ask: (list) => list.extend(items),
    expect: (model) => items.forEach((item) => model.insert(Infinity, item)),
  })),
  fc.tuple(position, item).map(([at, item]): Step => ({
    what: `insert ${at}`,
    ask: (list) => list.insert(at, item),
    expect: (model) => model.insert(at, item),
  })),
  position.map((at): Step => ({
    what: `pop ${at}`,
    ask: (list) => list.pop(at),
    expect: (model) => model.pop(at),
  })),
  plain({ what: "pop", ask: (list) => list.pop(), expect: (model) => model.pop(-1) }),
  item.map((item): Step => ({
    what: "remove",
    ask: (list) => list.remove(item),
    expect: (model) => void model.pop(model.index(item)),
  })),
  item.map((item): Step => ({
    what: "index",
    ask: (list) => list.index(item),
    expect: (model) => model.index(item),
  })),
  fc.tuple(item, position, position).map(([item, start, end]): Step => ({
    what: `index from ${start} to ${end}`,
    ask: (list) => list.index(item, start, end),
    expect: (model) => model.index(item, start, end),
  })),
  item.map((item): Step => ({
    what: "count",
    ask: (list) => list.count(item),
    expect: (model) => model.count(item),
  })),
  plain({ what: "reverse", ask: (list) => list.reverse(), expect: (model) => model.reverse() }),
  plain({ what: "length", ask: (list) => list.length(), expect: (model) => model.items.length }),
  plain({ what: "clear", ask: (list) => list.clear(), expect: (model) => model.clear() }),
  fc.tuple(position, position).map(([start, end]): Step => ({
    what: `slice ${start} ${end}`,
    ask: (list) => list.slice(start, end),
    expect: (model) => model.slice(start, end),
  })),
  position.map((start): Step => ({
    what: `slice ${start}`,
    ask: (list) => list.slice(start),
    expect: (model) => model.slice(start, Infinity),
  })),
  plain({ what: "copy", ask: (list) => list.copy(), expect: (model) => [...model.items] }),
  plain({
    what: "iterate",
    ask: (list) => Array.fromAsync(list),
    expect: (model) => [...model.items],
  }),
);

const failed = (error: unknown): string => `threw a ${(error as Error).name}`;

function expected({ expect }: Step, model: PythonList): unknown {
  try {
    return expect(model);
  } catch (error) {
    return failed(error);
  }
}

forEachMethod("A managed list", (method) => {
  const manager = withManager(method);
  const [one] = withOthers(method, 1);

  it("does what Python's list does, with positions from both ends", async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 8 }), steps, async (init, steps) => {
        using list = manager.list<unknown>(init);
        const model = new PythonList(init);
        for (const step of steps) {
          const answer = await step.ask(list).catch(failed);
          assertEquals(answer, expected(step, model), step.what);
        }
        assertEquals(await list.copy(), model.items);
      }),
      { numRuns: rounds(30) },
    );
  });

  it("does the same when nothing is waited for, as requests follow in order", async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 8 }), steps, async (init, steps) => {
        using list = manager.list<unknown>(init);
        const model = new PythonList(init);
        const answers = steps.map(({ ask }) => ask(list).catch(failed));
        assertEquals(await Promise.all(answers), steps.map((step) => expected(step, model)));
      }),
      { numRuns: rounds(20) },
    );
  });

  it("is made of any iterable, or empty", async () => {
    function* count(): Generator<number> {
      for (let i = 0; i < 3; i++) yield i;
    }
    for (const init of [[0, 1, 2], new Set([0, 1, 2]), count(), Uint8Array.of(0, 1, 2)]) {
      using list = manager.list<number>(init);
      assertEquals(await list.copy(), [0, 1, 2]);
    }
    using list = manager.list<string>();
    assertEquals(await list.length(), 0);
    await list.extend("ab");
    await list.extend(new Set(["c"]));
    assertEquals(await list.copy(), ["a", "b", "c"]);
    for (const wrong of [1, {}, null, list] as never[]) {
      assertThrows(() => manager.list(wrong), TypeError, "init must be iterable: received");
      const extend = async () => await list.extend(wrong);
      await assertRejects(extend, TypeError, "items must be iterable: received");
    }
  });

  it("sorts numbers by value, and keeps the order of those that are equal", async () => {
    const numbers = fc.array(fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.bigInt()), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(numbers, fc.boolean(), async (numbers, reverse) => {
        using list = manager.list<number | bigint>(numbers);
        await list.sort({ reverse });
        const order = reverse ? -1 : 1;
        const sorted = numbers.toSorted((a, b) => order * (a < b ? -1 : a > b ? 1 : 0));
        assertEquals(await list.copy(), sorted);
      }),
      { numRuns: rounds(20) },
    );
    using list = manager.list([10, 9, 1, NaN, -5, 100]);
    await list.sort();
    assertEquals(await list.copy(), [-5, 1, 9, 10, 100, NaN]);
  });

  it("sorts texts, arrays and dates, and by a key, in both directions", async () => {
    const cases: [unknown[], unknown[]][] = [
      [["b", "B", "a", "ab"], ["B", "a", "ab", "b"]],
      [[[2, "a"], [1, "b"], [1], []], [[], [1], [1, "b"], [2, "a"]]],
      [[new Date(3), new Date(-1)], [new Date(-1), new Date(3)]],
      [[true, false, true], [false, true, true]],
    ];
    for (const [items, sorted] of cases) {
      using list = manager.list(items);
      await list.sort();
      assertEquals(await list.copy(), sorted);
      await list.sort({ reverse: true });
      assertEquals(await list.copy(), sorted.toReversed());
    }
    using list = manager.list(["b2", "a1", "c2", "d1"].map((name) => ({
      name,
      rank: Number(name[1]),
    })));
    const names = async () => (await list.copy()).map(({ name }) => name);
    await list.sort({ key: f.byRank });
    assertEquals(await names(), ["a1", "d1", "b2", "c2"]);
    await list.sort({ key: f.byRank, reverse: true });
    assertEquals(await names(), ["b2", "c2", "a1", "d1"]);
  });

  it("does not sort what has no order, and stays as it was", async () => {
    const cases = [[3, "a", 1], [{}, {}], [2, undefined, 1], [1, null], [[1], ["a"]]];
    for (const items of cases) {
      using list = manager.list<unknown>(items);
      await assertRejects(() => list.sort(), TypeError, "no order between");
      assertEquals(await list.copy(), items);
    }
  });

  it("says what is wrong with a position or an item", async () => {
    using list = manager.list<unknown>([1, 2, 3]);
    for (const at of [3, -4, 100]) {
      const message = `position ${at} as the list has 3 items`;
      await assertRejects(() => list.get(at), RangeError, message);
      await assertRejects(() => list.set(at, 0), RangeError, message);
      await assertRejects(() => list.pop(at), RangeError, message);
    }
    for (const at of [0.5, NaN, "0", null, 1n, {}, Object.create(null)] as never[]) {
      const message = "the position must be an integer";
      await assertRejects(() => list.get(at), TypeError, message);
      await assertRejects(() => list.set(at, 0), TypeError, message);
      await assertRejects(() => list.pop(at), TypeError, message);
      await assertRejects(() => list.insert(at, 0), TypeError, message);
    }
    await assertRejects(() => list.remove("none"), RangeError, "none that is equal");
    await assertRejects(() => list.index("none"), RangeError, "none that is equal");
    await assertRejects(() => list.index(1, 1), RangeError, "none that is equal");
    assertEquals(await list.copy(), [1, 2, 3]);
    await list.clear();
    await assertRejects(() => list.pop(), RangeError, "has 0 items");
  });

  it("takes items for equal that hold the same", async () => {
    const equal: [unknown, unknown][] = [
      [NaN, NaN],
      [0, -0],
      [{ a: 1, b: [2] }, { b: [2], a: 1 }],
      [new Date(5), new Date(5)],
      [/a/g, /a/g],
      [new Map([["a", { n: 1 }]]), new Map([["a", { n: 1 }]])],
      [new Set([1, 2]), new Set([1, 2])],
      [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
      [new RangeError("a"), new RangeError("a")],
      [Object(1n), Object(1n)],
      [f.double, f.double],
    ];
    const different: [unknown, unknown][] = [
      [0, "0"],
      [null, undefined],
      [{ a: 1 }, { a: 1, b: undefined }],
      [{ a: undefined }, { b: undefined }],
      [[1, 2], [1, 2, 3]],
      [[1], { 0: 1 }],
      [/a/g, /a/i],
      [new Date(5), new Date(6)],
      [Uint8Array.of(1), Int8Array.of(1)],
      [Uint8Array.of(1, 2), Uint8Array.of(1)],
      [1, 1n],
      [new RangeError("a"), new RangeError("b")],
      [new RangeError("a"), new TypeError("a")],
      [Object("a"), Object("b")],
      [f.double, f.fail],
    ];
    for (const [a, b] of equal) {
      using list = manager.list<unknown>([a]);
      assertEquals(await list.count(b), 1, String(a));
      assertEquals(await list.index(b), 0);
    }
    for (const [a, b] of different) {
      using list = manager.list<unknown>([a]);
      assertEquals(await list.count(b), 0, `${String(a)} and ${String(b)}`);
    }
  });

  it("compares items that hold themselves", async () => {
    interface Ring {
      self?: Ring;
      n: number;
    }
    const ring = (n: number): Ring => {
      const made: Ring = { n };
      return Object.assign(made, { self: made });
    };
    using list = manager.list([ring(1), ring(2)]);
    assertEquals(await list.index(ring(2)), 1);
    assertEquals(await list.count(ring(3)), 0);
  });

  it("holds more items than a call can have arguments", async () => {
    const many = Array.from({ length: 200_000 }, (_, i) => i);
    using list = manager.list<number>();
    await list.extend(many);
    await list.sort({ reverse: true });
    assertEquals(await list.length(), many.length);
    assertEquals(await list.get(0), many.length - 1);
    assertEquals(await list.slice(-2), [1, 0]);
  });

  it("keeps copies: what was read is changed here alone, until it is put back", async () => {
    using list = manager.list([{ n: 1 }]);
    const read = await list.get(0);
    read.n = 2;
    assertEquals(await list.get(0), { n: 1 });
    await list.set(0, read);
    assertEquals(await list.get(0), { n: 2 });
    (await list.copy()).pop();
    assertEquals(await list.length(), 1);
  });

  it("is iterated by the items that there are when the loop begins", async () => {
    using list = manager.list([1, 2, 3]);
    const seen: number[] = [];
    for await (const item of list) {
      seen.push(item);
      await list.pop();
    }
    assertEquals(seen, [1, 2, 3]);
    assertEquals(await list.length(), 0);
  });

  it("is the same list in another child", async () => {
    using list = manager.list<number>();
    await Promise.all([one!.do(f.ask, list, "append", 1), list.append(2)]);
    await one!.do(f.ask, list, "sort");
    assertEquals(await list.copy(), [1, 2]);
    assert(await one!.do(f.ask, list, "length") === 2);
  });
});
