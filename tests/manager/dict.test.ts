import { it } from "@std/testing/bdd";
import {
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import type { DictProxy, Manager } from "../../mod.ts";
import { leaf as value } from "../codec/arbitraries.ts";
import { assertSame } from "../codec/same.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { withManager } from "./stage.ts";

type Model = Map<unknown, unknown>;

/** What is done to a dictionary, and what that should do and give by the model. */
interface Step {
  readonly what: string;
  ask(dict: DictProxy): Promise<unknown>;
  expect(model: Model): unknown;
}

const key = fc.constantFrom("a", "b", "__proto__", "", 1, -1, 1.5, true, null, undefined, 10n);

/** Each request carries a copy of its own, within which what is shared stays shared. */
const copy = <T>(value: T): T => structuredClone(value);

function removed(model: Model, key: unknown): unknown {
  const value = model.get(key);
  model.delete(key);
  return value;
}

function added(model: Model, key: unknown, value: unknown): unknown {
  if (!model.has(key)) model.set(key, copy(value));
  return model.get(key);
}

/** A step without arguments. */
const plain = (step: Step): fc.Arbitrary<Step> => fc.constant(step);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, value).map(([key, value]): Step => ({
    what: "set",
    ask: (dict) => dict.set(key, value),
    expect: (model) => void model.set(key, copy(value)),
  })),
  key.map((key): Step => ({
    what: "get",
    ask: (dict) => dict.get(key),
    expect: (model) => model.get(key),
  })),
  fc.tuple(key, value).map(([key, value]): Step => ({
    what: "get or",
    ask: (dict) => dict.get(key, value),
    expect: (model) => model.has(key) ? model.get(key) : value,
  })),
  key.map((key): Step => ({
    what: "has",
    ask: (dict) => dict.has(key),
    expect: (model) => model.has(key),
  })),
  key.map((key): Step => ({
    what: "delete",
    ask: (dict) => dict.delete(key),
    expect: (model) => model.delete(key),
  })),
  key.map((key): Step => ({
    what: "pop",
    ask: (dict) => dict.pop(key).catch((error: unknown) => (error as Error).name),
    expect: (model) => model.has(key) ? removed(model, key) : "RangeError",
  })),
  fc.tuple(key, value).map(([key, value]): Step => ({
    what: "pop or",
    ask: (dict) => dict.pop(key, value),
    expect: (model) => model.has(key) ? removed(model, key) : value,
  })),
  fc.tuple(key, value).map(([key, value]): Step => ({
    what: "setDefault",
    ask: (dict) => dict.setDefault(key, value),
    expect: (model) => added(model, key, value),
  })),
  fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs): Step => ({
    what: "update",
    ask: (dict) => dict.update(pairs),
    expect: (model) => copy(pairs).forEach(([key, value]) => model.set(key, value)),
  })),
  plain({ what: "clear", ask: (dict) => dict.clear(), expect: (model) => model.clear() }),
  plain({ what: "keys", ask: (dict) => dict.keys(), expect: (model) => [...model.keys()] }),
  plain({ what: "values", ask: (dict) => dict.values(), expect: (model) => [...model.values()] }),
  plain({ what: "entries", ask: (dict) => dict.entries(), expect: (model) => [...model] }),
  plain({ what: "size", ask: (dict) => dict.size(), expect: (model) => model.size }),
  plain({ what: "copy", ask: (dict) => dict.copy(), expect: (model) => new Map(model) }),
  plain({
    what: "iterate",
    ask: (dict) => Array.fromAsync(dict),
    expect: (model) => [...model.keys()],
  }),
);

// What TypeScript makes of what a dict is made of: each line fails to compile if it is otherwise.
type Is<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
/** Made with what tells its types, as far as that does. */
const made = (manager: Manager) => ({
  object: manager.dict({ a: 1 }),
  pairs: manager.dict([["a", 1], ["b", 2]]),
  map: manager.dict(new Map([[1, "a"]])),
  nothing: manager.dict(),
  told: manager.dict<string, number>({}),
});
type Made = ReturnType<typeof made>;
const types: [
  Is<Made["object"], DictProxy<string, number>>,
  Is<Made["pairs"], DictProxy<string, number>>,
  Is<Made["map"], DictProxy<number, string>>,
  Is<Made["nothing"], DictProxy>,
  Is<Made["told"], DictProxy<string, number>>,
] = [true, true, true, true, true];

forEachMethod("A managed dict", (method) => {
  const manager = withManager(method);
  const [one] = withOthers(method, 1);

  it("does what a Map does, and what Python's dict does beyond, in any order", async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 30 });
    const init = fc.array(fc.tuple(key, value), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(init, steps, async (init, steps) => {
        using dict = manager.dict<unknown, unknown>(init);
        const model: Model = new Map(init);
        for (const { what, ask, expect } of steps) {
          assertSame([what, await ask(dict)], [what, copy(expect(model))]);
        }
        assertSame(await dict.copy(), model);
      }),
      { numRuns: rounds(30) },
    );
  });

  it("does the same when nothing is waited for, as requests follow in order", async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        using dict = manager.dict();
        const model: Model = new Map();
        const answers = steps.map(({ ask }) => ask(dict));
        const expected = steps.map(({ expect }) => copy(expect(model)));
        for (const [i, answer] of answers.entries()) assertSame(await answer, expected[i]);
      }),
      { numRuns: rounds(20) },
    );
  });

  it("is made of pairs, of a Map, of any iterable, of an object, or empty", async () => {
    const expected = new Map<string, number>([["a", 1], ["b", 2]]);
    function* pairs(): Generator<[string, number]> {
      yield* expected;
    }
    for (const init of [[...expected], expected, pairs(), { a: 1, b: 2 }]) {
      using dict = manager.dict<string, number>(init);
      assertEquals(await dict.copy(), expected);
      assertEquals([...await dict.keys()], ["a", "b"]);
    }
    using empty = manager.dict();
    assertEquals(await empty.size(), 0);
    await empty.update({ c: 3 });
    await empty.update(new Map([["d", 4]]));
    await empty.update(expected.entries());
    assertEquals(await empty.keys(), ["c", "d", "a", "b"]);
    const proxies = [empty, manager.Namespace({ a: 1 })];
    const mistakes = [[1], [["a", 1], ["b"]], ["ab"], [undefined], new Set(["ab"])];
    for (const wrong of [null, 1, "text", true, () => [], ...mistakes, ...proxies] as never[]) {
      const made = assertThrows(() => manager.dict(wrong), TypeError, "Cannot make a dict as init");
      assertStringIncludes(made.message, ": received");
      const update = async () => await empty.update(wrong);
      await assertRejects(update, TypeError, "Cannot update a dict as other");
    }
    assertEquals(await empty.size(), 4);
  });

  it("has the types of what it is made of", async () => {
    const { object, pairs, map, nothing, told } = made(manager);
    assertEquals(await object.keys(), ["a"]);
    assertEquals([await pairs.size(), await map.get(1)], [2, "a"]);
    assertEquals([await nothing.size(), await told.size(), types.length], [0, 0, 5]);
  });

  it("tells an absent key from one whose value is undefined", async () => {
    using dict = manager.dict<string, unknown>([["there", undefined]]);
    assertEquals(await dict.get("there", 1), undefined);
    assertEquals(await dict.get("absent"), undefined);
    assertEquals(await dict.get("absent", null), null);
    assertEquals([await dict.has("there"), await dict.has("absent")], [true, false]);
    assertEquals(await dict.pop("absent", undefined), undefined);
    await assertRejects(() => dict.pop("absent"), RangeError, "absent");
    assertEquals(await dict.pop("there"), undefined);
    await assertRejects(() => dict.pop("there"), RangeError, "there");
    // deno-lint-ignore no-explicit-any -- as JavaScript would leave it out.
    assertEquals(await (dict as any).setDefault("new"), undefined);
    assertEquals(await dict.entries(), [["new", undefined]]);
  });

  it("says which key pop did not find, whatever it is", async () => {
    using dict = manager.dict();
    for (const key of [Object.create(null), { a: 1 }, [1], null, undefined, 5n]) {
      await assertRejects(() => dict.pop(key), RangeError, "has no such key");
    }
  });

  it("finds NaN, and takes -0 for 0, as a Map does", async () => {
    using dict = manager.dict<number, string>([[NaN, "n"], [-0, "z"]]);
    assertEquals([await dict.get(NaN), await dict.get(0)], ["n", "z"]);
    assertEquals(Object.is((await dict.keys())[1], 0), true);
  });

  it("keeps copies: what was sent or read is changed here alone", async () => {
    const list = [1];
    using dict = manager.dict<string, number[]>({ list });
    list.push(2);
    const read = await dict.get("list");
    assertEquals(read, [1]);
    read!.push(3);
    assertEquals(await dict.get("list"), [1]);
    assertNotStrictEquals(await dict.get("list"), read);
    await dict.set("list", read!);
    assertEquals(await dict.get("list"), [1, 3]);
    (await dict.copy()).clear();
    assertEquals(await dict.size(), 1);
  });

  it("takes the arguments at the call: what is changed later does not matter", async () => {
    using dict = manager.dict<string, { n: number }>();
    const value = { n: 1 };
    const set = dict.set("a", value);
    value.n = 2;
    await set;
    assertEquals(await dict.get("a"), { n: 1 });
  });

  it("is iterated by the keys that there are when the loop begins", async () => {
    using dict = manager.dict<string, number>({ a: 1, b: 2 });
    const seen: string[] = [];
    for await (const key of dict) {
      seen.push(key);
      await dict.set(`${key}${key}`, 0);
      await dict.delete("b");
    }
    assertEquals(seen, ["a", "b"]);
    assertEquals(await dict.keys(), ["a", "aa", "bb"]);
  });

  it("is the same dict in another child", async () => {
    using dict = manager.dict<string, number>();
    await one!.do(f.ask, dict, "set", "there", 1);
    assertEquals(await dict.get("there"), 1);
    await dict.set("here", 2);
    assertEquals(await one!.do(f.ask, dict, "entries"), [["there", 1], ["here", 2]]);
  });

  it("gives each of many changes to those that read after them", async () => {
    using dict = manager.dict<string, number>({ n: 0 });
    for (let i = 1; i <= 50; i++) {
      void dict.set("n", i);
      assertEquals(await dict.get("n"), i);
    }
  });
});
